const beginning = `--
-- PostgreSQL database cluster dump
--

\\restrict Ggd9zYJ2279c6qVvbP5ZTyGX2XS8Q13Ij4fPVvcrv7TibaE5AAwpe3XFtkW3105

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

`;
const end = `





\\unrestrict Ggd9zYJ2279c6qVvbP5ZTyGX2XS8Q13Ij4fPVvcrv7TibaE5AAwpe3XFtkW3105

--
-- PostgreSQL database cluster dump complete
--

`;

/** As pg_dumpall 13 to 15 writes it; the wrapper came with the minor versions of August 2025. */
export const BEFORE_16 = `${beginning}CREATE ROLE "Zoë ""the DBA""";
ALTER ROLE "Zoë ""the DBA""" WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 20 VALID UNTIL '2099-01-01 00:00:00+00';
COMMENT ON ROLE "Zoë ""the DBA""" IS E'it''s \\\\! hers;
\\\\q';
CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
SECURITY LABEL FOR selinux ON ROLE postgres IS 'system_u:object_r';

--
-- User Configurations
--

--
-- User Config "postgres"
--

ALTER ROLE postgres SET search_path TO '$user', 'Odd Schema';
ALTER ROLE postgres SET "my_app.key" TO 's3cret';
ALTER ROLE postgres IN DATABASE shop SET work_mem TO '64MB';


--
-- Role memberships
--

GRANT pg_monitor TO "Zoë ""the DBA""" WITH ADMIN OPTION GRANTED BY postgres;
${end}`;

/** As pg_dumpall 16 to 18 writes it, and a line of Restorable's own. */
export const SINCE_16 = `${beginning}CREATE ROLE a;
ALTER ROLE a WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;

--
-- Role memberships
--

GRANT a TO b WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY postgres;
GRANT a TO c WITH INHERIT TRUE GRANTED BY postgres;
${end.replace(/\\unrestrict/, "ALTER ROLE ALL SET search_path TO 'a', 'b';\n\\unrestrict")}`;
