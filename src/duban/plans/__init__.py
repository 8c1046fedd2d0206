"""From paper to ledger: papers are read, checked beside their source, issued, and from then on only amended."""
