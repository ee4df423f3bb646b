select r.relation, r.removed from private.apply_retention() as r
