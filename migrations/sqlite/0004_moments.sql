-- Which commit of a few million had taken effect by a moment, told by the index alone: `as_of` asks it
-- of every step of every case that may have been open then.
CREATE INDEX commits_when ON commits (batch, effective_at, seq, at);
