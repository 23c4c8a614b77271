-- SPDX-License-Identifier: Apache-2.0
-- One node says that it is there, and takes what the others have written to it.
-- KEYS: 1 the node, 2 what was written to it, and the hosts for which it has permits. ARGV: 1 for how many milliseconds it counts
-- as there, 2 its name.
-- Returns whether it was known (0 or 1), the time in seconds and the microseconds beside them, those of the hosts, counted from 1,
-- that do not know the node, and host, kind, host, kind ...
local time = redis.call('TIME')
local known = redis.call('EXISTS', KEYS[1])
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
local notices = redis.call('HGETALL', KEYS[2])
redis.call('DEL', KEYS[2])
local lost = {}
for i = 3, #KEYS do
  if redis.call('HEXISTS', KEYS[i], ARGV[2]) == 0 then lost[#lost + 1] = i - 2 end
end
return {known, tonumber(time[1]), tonumber(time[2]), lost, notices}
