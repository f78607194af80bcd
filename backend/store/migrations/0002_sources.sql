-- A record keeps its number while its source has it, so that search indexes can
-- refer to it. gone is when its source ceased to have it or said it was
-- deleted: such a record is kept for a while and not found by search.
CREATE TABLE listing_2 (
  n      INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  id     TEXT NOT NULL,
  seen   INTEGER NOT NULL,          -- first seen here, Unix seconds, 0 = not known
  gone   INTEGER NOT NULL,          -- Unix seconds, 0 = it is there
  body   TEXT NOT NULL,             -- model.Listing as JSON
  UNIQUE (source, id)
);
-- What was imported was one source; each file is one of its own now. The first
-- sight of what is there was no later than the last sync.
INSERT INTO listing_2 (source, id, seen, gone, body)
  SELECT CASE l.source WHEN 'file' THEN 'file:imported' ELSE l.source END, l.id,
    coalesce(CAST(strftime('%s', s.synced) AS INTEGER), 0), 0, l.body
  FROM listing l LEFT JOIN source s ON s.id = l.source ORDER BY l.rowid;
DROP TABLE listing;
ALTER TABLE listing_2 RENAME TO listing;
CREATE INDEX listing_id ON listing (id COLLATE NOCASE);
CREATE INDEX listing_gone ON listing (source, gone) WHERE gone > 0;

UPDATE source SET id = 'file:imported' WHERE id = 'file';
-- changes: everything that changed before this time is known, Unix seconds.
-- whole: the last time that everything was read, not only what changed.
ALTER TABLE source ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;
UPDATE source SET whole = coalesce(CAST(strftime('%s', synced) AS INTEGER), 0);

-- A crawl may read everything (since 0) or only what changed since a time.
ALTER TABLE staged ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;   -- 1 = the source says it is deleted
ALTER TABLE crawl ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
DELETE FROM crawl;
DELETE FROM crawl_cursor;
DELETE FROM staged;

-- What could not be read of a source, and why.
CREATE TABLE unreadable (
  source TEXT NOT NULL,
  n      INTEGER NOT NULL,
  place  INTEGER NOT NULL,          -- where it stood
  reason TEXT NOT NULL,
  raw    TEXT NOT NULL,             -- its beginning
  PRIMARY KEY (source, n)
) WITHOUT ROWID;

-- Indexes of the first kind refer to listings by id; a new one is built.
UPDATE generation SET active = 0;
ALTER TABLE generation DROP COLUMN cards;
UPDATE catalogue SET content = content + 1;
