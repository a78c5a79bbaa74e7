"""Disclosure control: what of a run may be published, and the proof that nothing hidden can be worked out.

rule (`ehp_eval.publishing.Disclosure`) -> cells and relations -> suppression -> release -> audit
"""
