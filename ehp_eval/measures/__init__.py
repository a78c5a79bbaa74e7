"""The measures of the services, each from records: numerator, denominator, value, interval, unit and method.

`figures` is what a figure is; `primary` holds the main measures, which `ehp_eval.streams` names for each stream;
`registry` says which further measures a kind of service has, each of them in the module that is named after what
it asks; `topics` says which of them a report shows together.
"""
