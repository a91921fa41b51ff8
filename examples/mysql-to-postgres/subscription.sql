-- At the source: the table and its 16 rows.
CREATE TABLE subscription (email varchar(255) PRIMARY KEY, status varchar(50));
INSERT INTO subscription (email, status) VALUES
  ('anna.berg@example.com', 'active'),
  ('ben.carter@example.com', 'active'),
  ('chloe.dubois@example.com', 'trial'),
  ('david.eklund@example.com', 'cancelled'),
  ('elena.fischer@example.com', 'active'),
  ('farid.ghani@example.com', 'paused'),
  ('grace.huang@example.com', 'active'),
  ('hugo.ivarsson@example.com', 'trial'),
  ('ines.jimenez@example.com', 'active'),
  ('jonas.keller@example.com', 'cancelled'),
  ('keiko.lindholm@example.com', 'active'),
  ('liam.murphy@example.com', 'paused'),
  ('maria.novak@example.com', 'active'),
  ('noor.osman@example.com', 'trial'),
  ('oscar.petit@example.com', 'active'),
  ('paula.quist@example.com', NULL);
