-- At the source, once both connectors run: an insert, an update, a delete, and a change of the key.
INSERT INTO subscription VALUES ('rosa.silva@example.com', 'trial');
UPDATE subscription SET status = 'active' WHERE email = 'chloe.dubois@example.com';
DELETE FROM subscription WHERE email = 'david.eklund@example.com';
UPDATE subscription SET email = 'paula.quist-berg@example.com' WHERE email = 'paula.quist@example.com';
