"""The measures of the services, each from records: numerator, denominator, value, interval, unit and method.

`figures` is what a figure is; `streams` and `primary` hold the main measures of each stream; `registry` says which
further measures a kind of service has, each of them in the module that is named after what it asks.
"""
