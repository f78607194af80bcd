-- What each source lists. One listing may stand in several sources; which of
-- them speaks for it is decided when the search index is built.
CREATE TABLE listing (
  source TEXT NOT NULL,
  id     TEXT NOT NULL,
  body   TEXT NOT NULL,            -- model.Listing as JSON
  UNIQUE (source, id)
);
CREATE INDEX listing_id ON listing (id);

-- A crawl under way: its pages wait here until the last one has come, so that
-- a crawl that fails or is killed leaves what was known untouched.
CREATE TABLE crawl (
  source     TEXT PRIMARY KEY,
  origin     TEXT NOT NULL,
  cursor     TEXT NOT NULL,
  started    TEXT NOT NULL,
  pages      INTEGER NOT NULL,
  read       INTEGER NOT NULL,
  unreadable TEXT NOT NULL         -- JSON array
);
CREATE TABLE crawl_cursor (
  source TEXT NOT NULL,
  cursor TEXT NOT NULL,
  PRIMARY KEY (source, cursor)
) WITHOUT ROWID;
CREATE TABLE staged (
  source TEXT NOT NULL,
  id     TEXT NOT NULL,
  body   TEXT NOT NULL,
  UNIQUE (source, id)
);

CREATE TABLE source (
  id      TEXT PRIMARY KEY,
  enabled INTEGER NOT NULL,
  synced  TEXT NOT NULL,           -- RFC 3339, '' = never
  error   TEXT NOT NULL            -- code of the last failure, '' = none
);

-- Search indexes. Each generation has tables of its own, search_<id> and
-- card_<id>; the one with active = 1 answers. catalogue.content counts every
-- change of listings, so that an index can tell whether it is behind.
CREATE TABLE catalogue (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  content INTEGER NOT NULL
);
INSERT INTO catalogue VALUES (1, 0);
CREATE TABLE generation (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  active  INTEGER NOT NULL,
  content INTEGER NOT NULL,
  recipe  INTEGER NOT NULL,
  cards   BLOB
);

CREATE TABLE server (
  id    TEXT PRIMARY KEY COLLATE NOCASE,
  body  TEXT NOT NULL,             -- model.Server as JSON, without its probe
  probe TEXT NOT NULL              -- model.Probe as JSON, '' = never tested
);

-- Rows of package connect, which knows what they mean.
CREATE TABLE ledger (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
