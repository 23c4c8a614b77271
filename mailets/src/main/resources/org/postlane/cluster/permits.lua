-- SPDX-License-Identifier: Apache-2.0
-- One node keeps some permits for connections to a host, and wants more or not.
-- KEYS: 1 the host, a hash with a field for each node: how many it has, since when it waits for more (0: it does not), and when it
-- said so last, in milliseconds of Redis' clock.
-- ARGV: 1 node, 2 prefix of nodes, 3 prefix of what is written to them, 4 name of the host, 5 most permits of all nodes together,
-- 6 how many it keeps whatever there is, 7 how many it needs, 8 after how long who has none comes before who has one,
-- 9 for how long a wait counts, 10 for how long the host is remembered, 11 since when Redis remembers, 12 how long it takes until
-- all have told what they have, 13 how many it may have until then.
-- Returns how many it has now, and how many it should come down to.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local me, limit, keep, need = ARGV[1], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local patience, waitCounts = tonumber(ARGV[8]), tonumber(ARGV[9])

-- A Redis that was emptied does not know yet what the others have.
local began = tonumber(redis.call('GET', ARGV[11]))
if not began or began > now then
  began = now
  redis.call('SET', ARGV[11], string.format('%.0f', now))
end
local most = need
if now - began < tonumber(ARGV[12]) then most = math.min(need, math.max(keep, tonumber(ARGV[13]))) end

local since, others, waiting, holding = 0, 0, {}, {}
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local node = fields[i]
  local count, from, said = string.match(fields[i + 1], '^(%d+) (%d+) (%d+)$')
  count, from, said = tonumber(count), tonumber(from), tonumber(said)
  local waits = from > 0 and now - said <= waitCounts
  if node == me then
    since = waits and from or 0
  elseif redis.call('EXISTS', ARGV[2] .. node) == 0 then
    -- It is gone, and what it had is free.
    redis.call('HDEL', KEYS[1], node)
  else
    others = others + count
    if waits then waiting[#waiting + 1] = {count, from} end
    if count > 0 then holding[#holding + 1] = {node, count} end
  end
end
if need > keep and since == 0 then since = now end

-- Whoever has fewest comes first, and of equals who has waited longest.
local count = keep
while count < most and others + count < limit do
  local first = true
  for _, other in ipairs(waiting) do
    if other[1] < count or (other[1] == count and other[2] < since) then first = false end
  end
  if not first then break end
  count = count + 1
end

if count < need then
  local starves = count == 0 and now - since > patience
  for _, other in ipairs(holding) do
    local kind = (other[2] > count + 1 or starves) and 'one' or 'spare'
    redis.call('HSET', ARGV[3] .. other[1], ARGV[4], kind)
    redis.call('PEXPIRE', ARGV[3] .. other[1], waitCounts)
  end
else
  since = 0
end
if count == 0 and since == 0 then
  redis.call('HDEL', KEYS[1], me)
else
  redis.call('HSET', KEYS[1], me, string.format('%d %.0f %.0f', count, since, now))
  redis.call('PEXPIRE', KEYS[1], ARGV[10])
end

-- All together may have too many: the limit was lowered, or nodes were cut off for a while.
local aim = count
if others + count > limit then
  local fair = math.max(1, math.floor(limit / (1 + #holding)))
  aim = math.max(0, limit - others, math.min(count, fair))
end
return {count, aim}
