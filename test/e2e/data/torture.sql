-- A schema that holds what dump and restore tools stumble over. Run as a superuser in an empty database:
--   psql -v ON_ERROR_STOP=1 -d DATABASE -f torture.sql
-- A drill of it must pass without a false alarm, and fail when any of it is missing.
\set ON_ERROR_STOP 1

-- Roles: attributes, settings, memberships with options, names that need quotes.
CREATE ROLE torture_owner LOGIN CONNECTION LIMIT 20;
CREATE ROLE torture_app LOGIN;
CREATE ROLE torture_reader NOLOGIN;
CREATE ROLE "Torture Role ""quoted""" NOINHERIT VALID UNTIL '2099-01-01 00:00:00+00';
CREATE ROLE torture_admin CREATEDB CREATEROLE BYPASSRLS;
GRANT torture_reader TO torture_app;
GRANT torture_reader TO "Torture Role ""quoted""" WITH ADMIN OPTION;
GRANT torture_owner TO torture_admin WITH INHERIT FALSE, SET TRUE;
GRANT pg_monitor TO torture_admin;
ALTER ROLE torture_app SET statement_timeout = '90s';
ALTER ROLE torture_app SET search_path = torture, public;
ALTER ROLE torture_app IN DATABASE :"DBNAME" SET work_mem = '8MB';
ALTER ROLE ALL SET torture.everybody = 'a value with ''quotes''';
ALTER DATABASE :"DBNAME" SET torture.here = 'only here';
GRANT SET ON PARAMETER log_min_duration_statement TO torture_admin;
GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO torture_app;
REVOKE TEMPORARY ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO torture_admin;

CREATE SCHEMA torture AUTHORIZATION torture_owner;
CREATE SCHEMA "Odd Schema" AUTHORIZATION torture_owner;
COMMENT ON SCHEMA torture IS 'what tools stumble over';
GRANT USAGE ON SCHEMA torture TO torture_app, torture_reader;
GRANT USAGE, CREATE ON SCHEMA "Odd Schema" TO torture_app WITH GRANT OPTION;

CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm SCHEMA torture;
CREATE EXTENSION hstore;
REVOKE EXECUTE ON FUNCTION torture.similarity(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION torture.similarity(text, text) TO torture_app;

SET ROLE torture_owner;
SET search_path = torture, public;
ALTER DEFAULT PRIVILEGES IN SCHEMA torture GRANT SELECT ON TABLES TO torture_reader;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA torture GRANT USAGE ON SEQUENCES TO torture_app WITH GRANT OPTION;

-- Types.
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
ALTER TYPE mood ADD VALUE 'fine' BEFORE 'happy';
CREATE DOMAIN email AS citext CHECK (VALUE ~ '^[^@]+@[^@]+$') CONSTRAINT email_short CHECK (length(VALUE::text) < 200);
CREATE DOMAIN currency AS varchar(3) DEFAULT 'EUR' NOT NULL CHECK (VALUE IN ('EUR', 'CHF', 'USD'));
CREATE TYPE address AS (street text, "Zip Code" varchar(10), country char(2));
CREATE TYPE span AS RANGE (subtype = numeric, multirange_type_name = spans);
CREATE COLLATION german (provider = icu, locale = 'de-u-kn-true', deterministic = true);

-- Columns: identity, generated, collations, storage, checks whose print changes with a restore.
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000 INCREMENT BY 5) PRIMARY KEY,
  email email NOT NULL UNIQUE,
  name text COLLATE german NOT NULL,
  kind varchar(10) NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'company', 'it''s')),
  status char(3) DEFAULT 'new' CHECK (status IN ('new', 'old')),
  mood mood DEFAULT 'fine',
  home address,
  tags text[] DEFAULT ARRAY['a', 'b']::text[],
  attributes hstore,
  document jsonb NOT NULL DEFAULT '{"a": [1, 2]}',
  price numeric(12, 2) NOT NULL DEFAULT 10,
  tax numeric GENERATED ALWAYS AS (price * 0.077) STORED,
  currency currency,
  reach span,
  reaches spans,
  created timestamptz NOT NULL DEFAULT now(),
  day date GENERATED ALWAYS AS ((created AT TIME ZONE 'UTC')::date) STORED,
  secret bytea,
  ratio double precision DEFAULT 1.0 / 3.0,
  CONSTRAINT sane CHECK (price >= 0::numeric AND price < 1e9 OR kind::text = 'company'),
  CONSTRAINT named CHECK (length(name) > 0)
);
ALTER TABLE customers ADD CONSTRAINT later CHECK (length(name) < 1000) NOT VALID;
ALTER TABLE customers ADD COLUMN dropped int;
ALTER TABLE customers DROP COLUMN dropped;
ALTER TABLE customers ALTER COLUMN document SET STORAGE EXTERNAL, ALTER COLUMN name SET STATISTICS 500;
ALTER TABLE customers ALTER COLUMN secret SET COMPRESSION lz4;
ALTER TABLE customers SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON COLUMN customers.kind IS 'person or company';
CREATE INDEX customers_lower ON customers (lower(name) varchar_pattern_ops, (kind || '-' || status)) WHERE kind IN ('person', 'company');
CREATE INDEX customers_trgm ON customers USING gin (name gin_trgm_ops);
CREATE INDEX customers_desc ON customers (created DESC NULLS LAST) INCLUDE (price);
CREATE UNIQUE INDEX customers_nnd ON customers (mood, name) NULLS NOT DISTINCT WHERE mood = 'sad';
CREATE INDEX customers_brin ON customers USING brin (created);
CREATE STATISTICS customers_stats (dependencies, mcv) ON kind, status FROM customers;
ALTER TABLE customers CLUSTER ON customers_desc;

CREATE TABLE "Mixed Case"(
  "Id" serial PRIMARY KEY,
  "Weird ""Name""" text,
  "select" int DEFAULT 1,
  "customerId" bigint REFERENCES customers (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE "Odd Schema"."Tab.with.dots" (a int, b int, PRIMARY KEY (b, a));
CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY, v text);
CREATE TABLE no_key (v text);
CREATE TABLE empty_one (id int PRIMARY KEY);
CREATE TABLE no_columns ();

-- Partitions: range with a default, hash below list, foreign keys to and from.
CREATE TABLE events (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  at timestamptz NOT NULL,
  customer bigint REFERENCES customers (id),
  payload jsonb,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 (payload jsonb, customer bigint, at timestamptz NOT NULL, id bigint NOT NULL);
ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_at ON events (at, (payload ->> 'kind'));
CREATE TABLE event_notes (event_id bigint, event_at timestamptz, note text, FOREIGN KEY (event_id, event_at) REFERENCES events (id, at));
CREATE TABLE regions (region text, bucket int, v text) PARTITION BY LIST (region);
CREATE TABLE regions_eu PARTITION OF regions FOR VALUES IN ('de', 'ch') PARTITION BY HASH (bucket);
CREATE TABLE regions_eu_0 PARTITION OF regions_eu FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE regions_eu_1 PARTITION OF regions_eu FOR VALUES WITH (MODULUS 2, REMAINDER 1);

-- Inheritance, with a column that the parent got later: its position changes with a restore.
CREATE TABLE base_document (id int PRIMARY KEY, title text CHECK (title <> ''));
CREATE TABLE invoice (total numeric NOT NULL, PRIMARY KEY (id)) INHERITS (base_document);
ALTER TABLE base_document ADD COLUMN author text DEFAULT 'nobody';
CREATE TABLE archived () INHERITS (invoice);

-- Sequences: descending, cycling, never called, owned by a column of another name.
CREATE SEQUENCE down AS integer INCREMENT BY -2 MAXVALUE 1000 MINVALUE -1000 START WITH 100;
CREATE SEQUENCE around MAXVALUE 5 CYCLE CACHE 3;
CREATE SEQUENCE never START WITH 77;
CREATE SEQUENCE owned OWNED BY "Mixed Case"."select";
SELECT nextval('down'), nextval('down'), nextval('around'), setval('owned', 4000);

-- Views over views, materialized ones, rules.
CREATE VIEW companies WITH (security_barrier) AS SELECT id, name, price FROM customers WHERE kind IN ('company', 'it''s') AND status = 'new';
CREATE VIEW company_totals AS SELECT c.name, sum(c.price) FILTER (WHERE c.price > 1) AS total, count(*) FROM companies c LEFT JOIN events e ON e.customer = c.id GROUP BY c.name HAVING sum(c.price) > 0;
CREATE VIEW updatable AS SELECT id, kind FROM customers WHERE kind = 'person' WITH CASCADED CHECK OPTION;
CREATE MATERIALIZED VIEW totals AS SELECT * FROM company_totals;
CREATE UNIQUE INDEX totals_name ON totals (name);
CREATE MATERIALIZED VIEW not_filled AS SELECT 1 AS one WITH NO DATA;
CREATE RECURSIVE VIEW counted (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counted WHERE n < 5;
CREATE RULE quiet AS ON INSERT TO company_totals DO INSTEAD NOTHING;

-- Functions of all kinds, aggregates, operators, casts.
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.document = NEW.document || jsonb_build_object('touched', true); RETURN NEW; END$$;
CREATE FUNCTION add_up(a int, b int DEFAULT 1, VARIADIC rest int[] DEFAULT '{}') RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN a + b + cardinality(rest);
CREATE FUNCTION label(k varchar DEFAULT 'x') RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC SELECT CASE WHEN k IN ('x', 'y') THEN 'known' ELSE k::text END; END;
CREATE FUNCTION secret_reader() RETURNS SETOF customers LANGUAGE sql SECURITY DEFINER SET search_path = torture ROWS 5 AS 'SELECT * FROM customers';
CREATE PROCEDURE nothing(INOUT x int) LANGUAGE plpgsql AS 'BEGIN x := x; END';
CREATE AGGREGATE product(int) (sfunc = int4mul, stype = int, initcond = '1');
CREATE FUNCTION same_text(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT lower($1) = lower($2)';
CREATE OPERATOR === (leftarg = text, rightarg = text, procedure = same_text, commutator = ===);
CREATE FUNCTION to_mood(int) RETURNS mood LANGUAGE sql IMMUTABLE AS $$SELECT 'happy'::torture.mood$$;
CREATE CAST (int AS mood) WITH FUNCTION to_mood(int) AS ASSIGNMENT;
GRANT EXECUTE ON FUNCTION add_up(int, int, int[]) TO torture_app;
CREATE TRIGGER touch BEFORE UPDATE OF price ON customers FOR EACH ROW WHEN (OLD.kind::text IN ('person', 'company')) EXECUTE FUNCTION touch();
CREATE TRIGGER off BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE customers DISABLE TRIGGER off;
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);

-- Row-level security.
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE no_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE no_key FORCE ROW LEVEL SECURITY;
CREATE POLICY own_events ON events FOR SELECT TO torture_app USING (customer = nullif(current_setting('torture.customer', true), '')::bigint);
CREATE POLICY small_only ON no_key AS RESTRICTIVE TO PUBLIC USING (length(v) < 10) WITH CHECK (v IN ('a', 'b'));

-- Grants: to columns, with grant option, to PUBLIC, taken from the owner.
GRANT SELECT, INSERT, UPDATE, DELETE ON customers, "Mixed Case", events TO torture_app;
GRANT SELECT (id, name), UPDATE (name) ON customers TO torture_reader;
GRANT SELECT ON companies TO torture_reader WITH GRANT OPTION;
GRANT SELECT ON scratch TO PUBLIC;
REVOKE TRUNCATE ON customers FROM torture_owner;
GRANT USAGE ON SEQUENCE down TO torture_reader;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
GRANT USAGE ON TYPE mood TO torture_app;
RESET ROLE;


-- What only a superuser makes.
CREATE FUNCTION torture.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION torture.watch();
CREATE PUBLICATION torture_pub FOR TABLE torture.customers (id, kind, price) WHERE (kind IN ('company')) WITH (publish = 'insert');
CREATE PUBLICATION torture_schema FOR TABLES IN SCHEMA "Odd Schema";
ALTER TABLE torture."Mixed Case" REPLICA IDENTITY FULL;
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nowhere OPTIONS (host 'example.invalid');
CREATE USER MAPPING FOR torture_app SERVER elsewhere OPTIONS (username 'someone');
CREATE FOREIGN TABLE torture.far_away (id int, v text OPTIONS (column_name 'w')) SERVER elsewhere;
GRANT USAGE ON FOREIGN SERVER elsewhere TO torture_app;
SELECT lo_from_bytea(0, 'a large object') AS oid \gset
-- A backup role needs SELECT on large objects: pg_read_all_data does not give it.
GRANT SELECT ON LARGE OBJECT :oid TO torture_app, PUBLIC;
COMMENT ON DATABASE :"DBNAME" IS 'tortured';

-- Data.
SET search_path = torture, public;
INSERT INTO customers (email, name, kind, mood, home, attributes, price, reach, reaches, secret, created)
  SELECT format('user%s@example.org', i), format('Üser %s', i), (ARRAY['person', 'company', 'it''s'])[1 + i % 3], 'happy',
    ROW('Main "street" ' || i, '10' || i, 'CH')::address, hstore('k', i::text), i, span(i, i + 1), spans(span(i, i + 1)), sha256(i::text::bytea),
    '2024-01-01'::timestamptz + i * interval '1 day'
  FROM generate_series(1, 800) i;
INSERT INTO events (at, customer, payload) SELECT created, id, jsonb_build_object('kind', kind, 'text', repeat('x', 20)) FROM customers;
INSERT INTO event_notes SELECT id, at, 'note' FROM events LIMIT 50;
INSERT INTO regions SELECT CASE i % 2 WHEN 0 THEN 'de' ELSE 'ch' END, i, 'v' FROM generate_series(1, 300) i;
INSERT INTO "Mixed Case" ("Weird ""Name""", "customerId") SELECT E'tab\there, back\\slash', id FROM customers WHERE id < 1500;
INSERT INTO "Odd Schema"."Tab.with.dots" SELECT i, -i FROM generate_series(1, 40) i;
INSERT INTO scratch SELECT i, 'v' FROM generate_series(1, 10) i;
INSERT INTO no_key SELECT 'a' FROM generate_series(1, 7);
INSERT INTO invoice (id, title, total, author) SELECT i, 'i' || i, i, NULL FROM generate_series(1, 20) i;
INSERT INTO archived (id, title, total) SELECT i, 'a' || i, i FROM generate_series(100, 110) i;
INSERT INTO base_document VALUES (1000, 'base');
REFRESH MATERIALIZED VIEW totals;

-- Rows come back as their owner: its functions never run as superuser, and it need not be allowed to write.
SET ROLE torture_owner;
CREATE FUNCTION torture.not_as_superuser(integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    RAISE EXCEPTION 'an owner''s function was run as superuser';
  END IF;
  RETURN true;
END $$;
CREATE TABLE torture.guarded (id integer PRIMARY KEY, v integer CHECK (torture.not_as_superuser(v)));
INSERT INTO torture.guarded SELECT i, i FROM generate_series(1, 30) i;
REVOKE ALL ON torture.guarded FROM torture_owner;
RESET ROLE;
