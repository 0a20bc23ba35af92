"""The changes of a case, each one short script that Redis runs whole or not at all.

Promise: whatever arrives at once, one case for a person, one holder of a case, and no change without its event.

Every script takes the case's hash as KEYS[1] and finds the others by name: they share the tag {bot}, hence the node.
"""

from __future__ import annotations

from desk.keys import CHANGES, PREFIX

# Milliseconds by which urgent cases stand before all others.
URGENT_FIRST = 10**13
COMMON = (
    f"local P, CHANGES, URGENT_FIRST = '{PREFIX}', '{CHANGES}', {URGENT_FIRST}\n"
    + """
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function whole(number) return string.format('%.0f', number) end

local function read(id, field) return redis.call('HGET', P .. 'case:' .. id, field) or '' end

local function event(id, kind, body, keep)
  redis.call('XADD', P .. 'events', '*', 'kind', kind, 'case', id, 'person', read(id, 'person'), 'body', body)
  redis.call('EXPIRE', P .. 'events', keep)
end

-- For the caseworkers' own chat. Read by nobody where there is none: hence so few.
local function news(id, kind, keep)
  redis.call('XADD', P .. 'news', 'MAXLEN', '~', 500, '*', 'kind', kind, 'case', id)
  redis.call('EXPIRE', P .. 'news', keep)
  -- What is urgent waits four seconds at most for the message before it: Telegram takes twenty a minute in a group.
  if read(id, 'urgent') == '1' and redis.call('PTTL', P .. 'news:turn') > 4000 then
    redis.call('PEXPIRE', P .. 'news:turn', 4000)
  end
end

-- Everything of an open case lives as long as its last change; a closed one is not prolonged by a late note.
local function changed(id, keep)
  if read(id, 'state') ~= 'closed' then
    local person = read(id, 'person')
    for _, name in ipairs({'case:' .. id, 'thread:' .. id, 'keys:' .. id, 'open:' .. person, 'cases:' .. person,
        'media:' .. person, 'alias:' .. person, 'taken:' .. read(id, 'alias'), 'waiting', 'held', 'closed'}) do
      redis.call('EXPIRE', P .. name, keep)
    end
  end
  redis.call('PUBLISH', CHANGES, id)
end

local function line(id, author, body, language, caseworker)
  local at = redis.call('XADD', P .. 'thread:' .. id, '*', 'author', author, 'body', body,
    'language', language, 'caseworker', caseworker)
  if author ~= 'note' and author ~= 'system' then
    redis.call('HSET', P .. 'case:' .. id, 'last_author', author, 'last_at', string.match(at, '^%d+'))
  end
  return at
end

local function holds(id, caseworker)
  return read(id, 'state') == 'held' and read(id, 'caseworker') == caseworker and tonumber(read(id, 'lease_until')) > clock()
end

local function wait(id)
  local since = tonumber(read(id, 'waiting_since'))
  redis.call('ZADD', P .. 'waiting', whole(since - (read(id, 'urgent') == '1' and URGENT_FIRST or 0)), id)
end

-- Back among the waiting. Who was answered waits anew; who never was keeps the old place.
local function put_back(id)
  local case = P .. 'case:' .. id
  redis.call('HDEL', case, 'caseworker', 'name', 'lease_until')
  redis.call('HSET', case, 'state', 'waiting')
  if read(id, 'replied_at') ~= '' then redis.call('HSET', case, 'waiting_since', whole(clock())) end
  redis.call('ZREM', P .. 'held', id)
  wait(id)
end

-- Counts for the figures page: kinds and numbers, nobody's words.
local function tally(...)
  local figures = P .. 'figures:' .. whole(math.floor(clock() / 86400000))
  for _, name in ipairs({...}) do redis.call('HINCRBY', figures, name, 1) end
  redis.call('EXPIRE', figures, 34560000)
end

local function tally_wait(id)
  local minutes = (clock() - tonumber(read(id, 'opened_at'))) / 60000
  for _, most in ipairs({5, 15, 60, 240, 1440}) do
    if minutes <= most then return tally('replied', 'wait:' .. most) end
  end
  tally('replied', 'wait:more')
end

local function hold(id, caseworker, name, lease)
  local till = whole(clock() + lease)
  redis.call('HSET', P .. 'case:' .. id, 'state', 'held', 'caseworker', caseworker, 'name', name, 'lease_until', till)
  redis.call('HDEL', P .. 'case:' .. id, 'team')
  redis.call('ZREM', P .. 'waiting', id)
  redis.call('ZADD', P .. 'held', till, id)
end

local function shut(id, outcome, by, keep)
  local now = clock()
  changed(id, keep)
  redis.call('HSET', P .. 'case:' .. id, 'state', 'closed', 'closed_at', whole(now), 'outcome', outcome, 'closed_by', by)
  redis.call('HDEL', P .. 'case:' .. id, 'caseworker', 'name', 'lease_until')
  redis.call('ZREM', P .. 'waiting', id)
  redis.call('ZREM', P .. 'held', id)
  redis.call('ZADD', P .. 'closed', whole(now), id)
  redis.call('ZREMRANGEBYSCORE', P .. 'closed', '-inf', whole(now - keep * 1000))
  redis.call('EXPIRE', P .. 'closed', keep)
  redis.call('DEL', P .. 'open:' .. read(id, 'person'))
end
"""
)

# Two messages of one person may ask for a human at once, on two machines. Whoever runs first writes open:<person>; the other
# finds it and joins that case. A case already there may become urgent, never less so.
OPEN = """
local id, person, keep, urgent, hour = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[11]
local given = {language = ARGV[5], region = ARGV[6], status = ARGV[7], entry = ARGV[8], crisis = ARGV[9]}
local open = redis.call('GET', P .. 'open:' .. person)
local fresh = not open or read(open, 'state') == ''
if fresh then
  local alias = redis.call('GET', P .. 'alias:' .. person)
  for place = 12, #ARGV do
    if alias then break end
    if redis.call('SET', P .. 'taken:' .. ARGV[place], '1', 'NX') then alias = ARGV[place] end
  end
  alias = alias or ARGV[#ARGV]
  redis.call('SET', P .. 'alias:' .. person, alias)
  redis.call('SET', P .. 'taken:' .. alias, '1')
  redis.call('SET', P .. 'open:' .. person, id)
  redis.call('SADD', P .. 'cases:' .. person, id)
  local now = whole(clock())
  redis.call('HSET', P .. 'case:' .. id, 'person', person, 'alias', alias, 'state', 'waiting', 'reason', ARGV[10],
    'opened_at', now, 'waiting_since', now, 'language', given.language)
  local topic = string.match(given.entry, '^[^/]+/') or 'none/'
  tally('opened', 'language:' .. given.language, 'topic:' .. string.sub(topic, 1, -2), 'reason:' .. ARGV[10], 'hour:' .. hour)
  if given.entry ~= '' then tally('unanswered:' .. given.entry .. ':' .. given.language) end
else
  id = open
end
local told_urgent = read(id, 'urgent') == '1'
for field, value in pairs(given) do
  if value ~= '' then redis.call('HSET', P .. 'case:' .. id, field, value) end
end
if urgent == '1' then redis.call('HSET', P .. 'case:' .. id, 'urgent', '1') end
if read(id, 'state') == 'waiting' then wait(id) end
if fresh then
  news(id, 'opened', keep)
elseif urgent == '1' and not told_urgent then
  news(id, 'urgent', keep)
end
changed(id, keep)
return id
"""

# Fifty caseworkers press "claim" at once: the first finds the case waiting, the others find it held. The holder pressing twice
# is told yes again, the person is told once.
CLAIM = """
local id, caseworker, name, lease, keep, body = unpack(ARGV)
if holds(id, caseworker) then return 1 end
if read(id, 'state') ~= 'waiting' then return 0 end
hold(id, caseworker, name, lease)
event(id, 'claimed', body, keep)
changed(id, keep)
return 1
"""

RENEW = """
local id, caseworker, lease, keep = unpack(ARGV)
if not holds(id, caseworker) then return 0 end
hold(id, caseworker, read(id, 'name'), lease)
changed(id, keep)
return 1
"""

RELEASE = """
local id, caseworker, keep, body, team = unpack(ARGV)
if not holds(id, caseworker) then return 0 end
put_back(id)
if team ~= '' then redis.call('HSET', P .. 'case:' .. id, 'team', team) end
event(id, 'released', body, keep)
changed(id, keep)
return 1
"""

# Every desk and every bot looks for leases that ran out. Each asks again here, in one step, so that one puts the case back and
# the person is told once; a lease renewed in between is left alone.
EXPIRE = """
local id, keep, body = unpack(ARGV)
if read(id, 'state') ~= 'held' or tonumber(read(id, 'lease_until')) > clock() then return 0 end
put_back(id)
event(id, 'expired', body, keep)
tally('expired')
changed(id, keep)
return 1
"""

# The colleague gets the lease in the step in which this one loses it: nobody else can claim in between.
HAND = """
local id, caseworker, colleague, name, lease, keep, body = unpack(ARGV)
if not holds(id, caseworker) then return 0 end
hold(id, colleague, name, lease)
event(id, 'handed', body, keep)
changed(id, keep)
return 1
"""

CLOSE = """
local id, caseworker, outcome, keep, body = unpack(ARGV)
if not holds(id, caseworker) then return 0 end
shut(id, outcome, caseworker, keep)
event(id, 'closed', body, keep)
tally('closed')
return 1
"""

# The person may cancel in the moment in which a caseworker closes: one of the two ends the case, the other changes nothing.
CANCEL = """
local id, outcome, keep, body = unpack(ARGV)
local state = read(id, 'state')
if state ~= 'waiting' and state ~= 'held' then return 0 end
shut(id, outcome, '', keep)
event(id, 'cancelled', body, keep)
tally('cancelled')
return 1
"""

LATE = """
local id, keep, body = unpack(ARGV)
if read(id, 'state') ~= 'waiting' or read(id, 'told_late') == '1' then return 0 end
redis.call('HSET', P .. 'case:' .. id, 'told_late', '1')
event(id, 'late', body, keep)
news(id, 'late', keep)
tally('late')
changed(id, keep)
return 1
"""

# An update that is delivered twice carries the same key: the second finds the first one's line and adds none.
ADD = """
local id, key, author, body, language, caseworker, keep = unpack(ARGV)
local state = read(id, 'state')
if state == '' then return 'missing' end
if key ~= '' then
  local before = redis.call('HGET', P .. 'keys:' .. id, key)
  if before then return before end
end
if state == 'closed' and author == 'person' then return 'closed' end
local at = line(id, author, body, language, caseworker)
if key ~= '' then redis.call('HSET', P .. 'keys:' .. id, key, at) end
changed(id, keep)
return at
"""

# The check that the caseworker holds the case, the line in the thread and the event are one step: nobody writes to a person
# whose case a colleague has taken, and no words stand in the thread that the person never gets.
REPLY = """
local id, key, body, language, caseworker, lease, keep, told = unpack(ARGV)
if read(id, 'state') == '' then return 'missing' end
if key ~= '' then
  local before = redis.call('HGET', P .. 'keys:' .. id, key)
  if before then return before end
end
if not holds(id, caseworker) then return 'not held' end
local at = line(id, 'caseworker', body, language, caseworker)
if key ~= '' then redis.call('HSET', P .. 'keys:' .. id, key, at) end
if redis.call('HSETNX', P .. 'case:' .. id, 'replied_at', whole(clock())) == 1 then tally_wait(id) end
hold(id, caseworker, read(id, 'name'), lease)
event(id, 'reply', told, keep)
changed(id, keep)
return at
"""

SET = """
local id, field, value, keep = unpack(ARGV)
if read(id, 'state') == '' then return 0 end
redis.call('HSET', P .. 'case:' .. id, field, value)
if field == 'urgent' and read(id, 'state') == 'waiting' then wait(id) end
changed(id, keep)
return 1
"""

# One answer for a whole index: a thousand cases cost one round trip. An id whose case has expired leaves the index here.
LIST = """
local index, from, to, reverse = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local found = {}
for _, id in ipairs(redis.call(reverse == '1' and 'ZREVRANGE' or 'ZRANGE', index, from, to)) do
  local case = redis.call('HGETALL', P .. 'case:' .. id)
  if #case == 0 then redis.call('ZREM', index, id) else found[#found + 1] = {id, case} end
end
return cjson.encode(found)
"""

# Everything of a person in one step, events not yet told among them; returns the ids of the media, which lie elsewhere.
FORGET = """
local person = ARGV[1]
local gone = {}
for _, id in ipairs(redis.call('SMEMBERS', P .. 'cases:' .. person)) do
  gone[id] = true
  redis.call('DEL', P .. 'case:' .. id, P .. 'thread:' .. id, P .. 'keys:' .. id)
  for _, index in ipairs({'waiting', 'held', 'closed'}) do redis.call('ZREM', P .. index, id) end
  redis.call('PUBLISH', CHANGES, id)
end
for _, stream in ipairs({P .. 'events', P .. 'events:aside', P .. 'news'}) do
  for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+')) do
    for place = 1, #entry[2], 2 do
      local name, value = entry[2][place], entry[2][place + 1]
      local theirs = (name == 'person' and value == person) or (name == 'case' and gone[value])
      if theirs then redis.call('XDEL', stream, entry[1]) end
    end
  end
end
local media = redis.call('SMEMBERS', P .. 'media:' .. person)
local alias = redis.call('GET', P .. 'alias:' .. person)
if alias then redis.call('DEL', P .. 'taken:' .. alias) end
for _, name in ipairs({'open:', 'cases:', 'media:', 'alias:'}) do redis.call('DEL', P .. name .. person) end
return media
"""

ALL = {
    "open": OPEN, "claim": CLAIM, "renew": RENEW, "release": RELEASE, "expire": EXPIRE, "hand": HAND, "close": CLOSE,
    "cancel": CANCEL, "late": LATE, "add": ADD, "reply": REPLY, "set": SET, "list": LIST, "forget": FORGET,
}  # fmt: skip
