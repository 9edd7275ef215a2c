"""Digital forensics triage: seized images in, a case that others can check out."""
