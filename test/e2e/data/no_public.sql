-- Nothing is left: no schema public, no table.
CREATE ROLE db_nothing_app LOGIN;
DROP SCHEMA public;
