-- What a database may define so that SQL which is not careful means something else there, or nothing.
DO $$
DECLARE v text;
BEGIN
  FOREACH v IN ARRAY ARRAY['pg_class', 'pg_namespace', 'pg_database', 'pg_roles', 'pg_authid', 'pg_auth_members', 'pg_settings', 'pg_proc', 'pg_type',
      'pg_depend', 'pg_shdepend', 'pg_tablespace', 'pg_index', 'pg_extension', 'pg_inherits', 'pg_db_role_setting'] LOOP
    EXECUTE format('CREATE VIEW public.%I AS SELECT * FROM pg_catalog.%I WHERE false', v, v);
  END LOOP;
END $$;
-- Implicit casts to and from text, as "readding implicit casts" of PostgreSQL 8.3 has them and beyond.
DO $$
DECLARE a text; b text;
BEGIN
  FOREACH a IN ARRAY ARRAY['int2', 'int4', 'int8', 'oid', 'float8', 'numeric', 'bool', 'date', 'timestamptz', 'interval', 'xid', '"char"',
      'regclass', 'regtype', 'regproc', 'regprocedure', 'regoperator', 'regcollation', 'regdictionary', 'uuid', 'jsonb', 'bytea', 'pg_lsn',
      'xid8', 'tid', 'aclitem', 'bit', 'name', 'cstring'] LOOP
    FOREACH b IN ARRAY ARRAY['text', 'int4', 'varchar'] LOOP
      BEGIN
        EXECUTE format('CREATE CAST (%s AS %s) WITH INOUT AS IMPLICIT', a, b);
      EXCEPTION WHEN OTHERS THEN NULL; -- there is one already, or may be none
      END;
      BEGIN
        EXECUTE format('CREATE CAST (%s AS %s) WITH INOUT AS IMPLICIT', b, a);
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
    END LOOP;
  END LOOP;
END $$;
-- Operators and functions among PostgreSQL's own, for arguments of odd types. None gives what it ought to.
DO $$
DECLARE t text; o text; s text;
BEGIN
  FOREACH s IN ARRAY ARRAY['pg_catalog', 'public'] LOOP
    FOREACH t IN ARRAY ARRAY['int4', 'int8', 'oid', 'name', '"char"', 'regclass', 'regtype', 'bool', 'anyelement', 'regproc'] LOOP
      EXECUTE format('CREATE FUNCTION %I.joined_wrong(text, %s) RETURNS text LANGUAGE sql IMMUTABLE AS ''SELECT ''''hostile''''::text''', s, t);
      EXECUTE format('CREATE FUNCTION %I.joined_wrong(%s, text) RETURNS text LANGUAGE sql IMMUTABLE AS ''SELECT ''''hostile''''::text''', s, t);
      EXECUTE format('CREATE FUNCTION %I.compared_wrong(text, %s) RETURNS bool LANGUAGE sql IMMUTABLE AS ''SELECT true''', s, t);
      EXECUTE format('CREATE FUNCTION %I.compared_wrong(%s, text) RETURNS bool LANGUAGE sql IMMUTABLE AS ''SELECT true''', s, t);
      BEGIN
        EXECUTE format('CREATE OPERATOR %I.|| (leftarg = text, rightarg = %s, function = %I.joined_wrong)', s, t, s);
        EXECUTE format('CREATE OPERATOR %I.|| (leftarg = %s, rightarg = text, function = %I.joined_wrong)', s, t, s);
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
      FOREACH o IN ARRAY ARRAY['=', '<>', '~', '!~', '<', '>='] LOOP
        BEGIN
          EXECUTE format('CREATE OPERATOR %I.%s (leftarg = text, rightarg = %s, function = %I.compared_wrong)', s, o, t, s);
          EXECUTE format('CREATE OPERATOR %I.%s (leftarg = %s, rightarg = text, function = %I.compared_wrong)', s, o, t, s);
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
      END LOOP;
    END LOOP;
  END LOOP;
END $$;
CREATE FUNCTION pg_catalog.array_to_string(text[], varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''hostile''::text';
CREATE FUNCTION pg_catalog.quote_ident(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''hostile''::text';
CREATE FUNCTION pg_catalog.split_part(text, text, bigint) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''hostile''::text';
CREATE FUNCTION pg_catalog.substr(text, bigint) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''hostile''::text';
CREATE FUNCTION pg_catalog.md5(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''hostile''::text';
CREATE FUNCTION pg_catalog."left"(text, bigint) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''hostile''::text';
CREATE FUNCTION pg_catalog.format_type(bigint, bigint) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''hostile''::text';
CREATE FUNCTION pg_catalog.pg_get_userbyid(bigint) RETURNS name LANGUAGE sql IMMUTABLE AS 'SELECT ''hostile''::name';
-- Everything by the names of PostgreSQL's own, in a schema that the application looks into first.
CREATE FUNCTION public.set_config(text, text, bool) RETURNS text LANGUAGE sql AS 'SELECT ''hostile''::text';
CREATE FUNCTION public.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT ''hostile''::text';
CREATE FUNCTION public.current_setting(text, bool) RETURNS text LANGUAGE sql AS 'SELECT ''hostile''::text';
CREATE FUNCTION public.current_database() RETURNS name LANGUAGE sql AS 'SELECT ''hostile''::name';
CREATE FUNCTION public.format(text, name, name) RETURNS text LANGUAGE sql AS 'SELECT ''hostile''::text';
CREATE FUNCTION public.pg_get_userbyid(oid) RETURNS name LANGUAGE sql AS 'SELECT ''hostile''::name';
CREATE FUNCTION public.has_table_privilege(oid, text) RETURNS bool LANGUAGE sql AS 'SELECT false';
CREATE FUNCTION public.has_schema_privilege(oid, text) RETURNS bool LANGUAGE sql AS 'SELECT false';
CREATE FUNCTION public.pg_export_snapshot() RETURNS text LANGUAGE sql AS 'SELECT ''hostile''::text';
CREATE FUNCTION public.pg_is_in_recovery() RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION public.md5(text) RETURNS text LANGUAGE sql AS 'SELECT ''hostile''::text';
CREATE AGGREGATE public.count(*) (sfunc = int8inc, stype = int8, initcond = '7');
CREATE DOMAIN public.text AS pg_catalog.text CHECK (VALUE = 'hostile');
CREATE DOMAIN public.oid AS pg_catalog.oid CHECK (VALUE = 1);
CREATE DOMAIN public.regclass AS pg_catalog.regclass;
CREATE TYPE public.name AS ENUM ('hostile');
CREATE SCHEMA "PG_temp_1";
CREATE TABLE "PG_temp_1".pg_class (i int);
