-- Large objects with owners, grants and comments, and none to the backup role; bytea of every length; run in a database of its own.
CREATE ROLE db_lo_app LOGIN;
CREATE ROLE db_lo_other NOLOGIN;
CREATE TABLE files (id int PRIMARY KEY, content oid NOT NULL, raw bytea, note text);
GRANT SELECT, INSERT, UPDATE, DELETE ON files TO db_lo_app;
-- Several pages of 2 kB, a hole in the middle, one that is empty.
INSERT INTO files SELECT i, lo_from_bytea(0, decode(repeat(md5(i::text), i * 40), 'hex')), decode(repeat('00ff', i), 'hex'), 'n'
  FROM generate_series(1, 200) i;
INSERT INTO files VALUES (1000, lo_create(0), '', 'empty'), (1001, lo_create(4000000000), NULL, 'with a hole');
SELECT lo_put(4000000000, 9000000, '\xdeadbeef');
DO $$
DECLARE f record;
BEGIN
  FOR f IN SELECT id, content FROM files LOOP
    EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO db_lo_app', f.content);
    IF f.id % 3 = 0 THEN EXECUTE format('ALTER LARGE OBJECT %s OWNER TO db_lo_other', f.content); END IF;
    IF f.id % 50 = 0 THEN EXECUTE format('COMMENT ON LARGE OBJECT %s IS %L', f.content, 'file ' || f.id); END IF;
  END LOOP;
  EXECUTE 'GRANT UPDATE ON LARGE OBJECT 4000000000 TO db_lo_app WITH GRANT OPTION';
END $$;
