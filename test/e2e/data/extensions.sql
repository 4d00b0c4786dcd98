-- Extensions in schemas of their own, objects of theirs with other grants, indexes and defaults that need them.
CREATE ROLE db_ext_app LOGIN;
CREATE SCHEMA ext;
CREATE SCHEMA x AUTHORIZATION db_ext_app;
GRANT USAGE ON SCHEMA ext TO db_ext_app;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE EXTENSION citext SCHEMA ext;
CREATE EXTENSION "uuid-ossp" SCHEMA ext;
CREATE EXTENSION hstore;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION btree_gist;
CREATE EXTENSION intarray SCHEMA ext;
CREATE EXTENSION cube;
CREATE EXTENSION earthdistance;
CREATE EXTENSION ltree;
CREATE EXTENSION unaccent;
CREATE EXTENSION tablefunc;
CREATE EXTENSION fuzzystrmatch;
-- Its view is of the server and not of the database: it must not be read. (CloudNativePG takes pg_stat_statements, which
-- is alike, away from a cluster that does not load it, at some moment after each start of the server.)
CREATE EXTENSION pg_buffercache;
REVOKE EXECUTE ON FUNCTION gen_salt(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gen_salt(text) TO db_ext_app;
COMMENT ON EXTENSION hstore IS 'another comment';
SET ROLE db_ext_app;
SET search_path = x, ext, public;
CREATE TABLE things (
  id uuid DEFAULT uuid_generate_v4() PRIMARY KEY, name citext UNIQUE, attributes hstore, tags int[], code int, path ltree,
  during tsrange, place cube, secret bytea DEFAULT gen_random_bytes(8),
  EXCLUDE USING gist (code WITH =, during WITH &&)
);
CREATE INDEX things_trgm ON things USING gin ((name::text) gin_trgm_ops);
CREATE INDEX things_tags ON things USING gin (tags gin__int_ops);
CREATE INDEX things_path ON things USING gist (path);
CREATE INDEX things_attributes ON things USING gin (attributes);
INSERT INTO things (name, code, attributes, tags, path, during, place)
  SELECT 'Thing ' || i, i, hstore('k', i::text), ARRAY[i, i + 1], ('top.n' || i)::ltree, tsrange('2025-01-01', '2025-01-01'::timestamp + i * interval '1 h'), cube(i)
  FROM generate_series(1, 200) i;
RESET ROLE;
