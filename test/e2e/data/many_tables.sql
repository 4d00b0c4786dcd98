-- As many tables as a multi-tenant application has. In several transactions: one would need a lock for each.
CREATE ROLE db_many_app LOGIN;
CREATE SCHEMA n AUTHORIZATION db_many_app;
SET ROLE db_many_app;
DO $$BEGIN FOR i IN 1..5000 LOOP EXECUTE format('CREATE TABLE n.t%s (id int%s)', i, CASE WHEN i % 10 = 1 THEN ' PRIMARY KEY' END); IF i % 200 = 0 THEN COMMIT; END IF; END LOOP; END$$;
INSERT INTO n.t1 VALUES (1), (2);
