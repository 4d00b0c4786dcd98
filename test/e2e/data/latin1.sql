-- In a database of encoding LATIN1: names, comments and values beyond ASCII.
SET client_encoding = 'UTF8';
CREATE ROLE db_latin_app LOGIN;
CREATE SCHEMA "Käse" AUTHORIZATION db_latin_app;
CREATE TABLE "Käse"."Größe" (id int PRIMARY KEY, "Maß" text DEFAULT 'für', art varchar(5) CHECK (art IN ('süß', 'mild')));
ALTER TABLE "Käse"."Größe" OWNER TO db_latin_app;
CREATE TABLE "Käse".keyed (name text PRIMARY KEY);
COMMENT ON TABLE "Käse"."Größe" IS 'Größe in Maß';
INSERT INTO "Käse"."Größe" SELECT i, 'ÄÖÜ ' || i || chr(255), 'süß' FROM generate_series(1, 250) i;
INSERT INTO "Käse".keyed SELECT chr(160 + i) FROM generate_series(0, 95) i;
CREATE FUNCTION "Käse"."grüß"() RETURNS text LANGUAGE sql AS $$SELECT 'grüß Gott'$$;
