-- As PostgreSQL makes a database.
CREATE ROLE db_empty_app LOGIN;
