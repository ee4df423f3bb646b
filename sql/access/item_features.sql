-- Definer functions read this view; no client needs it.
revoke all on private.item_features from anon, authenticated, service_role;
