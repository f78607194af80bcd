-- Which servers stand in which apps, by profile. At most one profile is in use.
CREATE TABLE profile (
  id     TEXT PRIMARY KEY,
  body   TEXT NOT NULL,            -- model.Profile as JSON, without its servers
  active INTEGER NOT NULL          -- 1 = it is the one in use
);
CREATE UNIQUE INDEX profile_active ON profile (active) WHERE active = 1;
CREATE TABLE profile_server (
  profile TEXT NOT NULL,
  server  TEXT NOT NULL,
  body    TEXT NOT NULL,           -- model.ProfileServer as JSON
  PRIMARY KEY (profile, server)
) WITHOUT ROWID;
CREATE INDEX profile_server_of ON profile_server (server);
