import { DAY_MS } from '../../crm/gong-limits.js';

/**
 * The budget in Redis, in Lua. Each script is atomic, and all take the time from Redis's own clock. Scores and times are
 * milliseconds since 1970.
 *
 * KEYS:
 *  1 `slots`, a sorted set: each taken slot, scored by when it becomes free
 *  2 `hold`, a hash: the pause after a 429. Its end (`until`), when the next probe may start (`probeAt`), the interval to
 *    the probe after that (`pace`), and until when the answer to the current probe is awaited (`probing`)
 *  3 `day` and 4 `polls`, sorted sets: every call of the last 24 hours (some 100 bytes each), scored by its time
 *  5 `turns`, a sorted set: each flow, scored by the end of its last turn on the virtual clock of fair-queue.ts. A flow is
 *    a caller in a priority
 *  6 `clock`, a hash: that clock (`turn`), and when the last call started (`last`)
 *  7 `waiting`, a hash: each replica's best claim to the next slot, as the start of the turn on that clock, and until
 *    when the claim is valid
 *  8 `epoch`, a random name that changes when Redis loses its data
 *  9 `spent`, a hash: each caller's calls today and yesterday, and the `day` on which it was last cleaned up
 *
 * None of this is trusted: keys may have lost their expiry, or been written by hand or by a wrong clock. Keys of another
 * type are deleted, and impossible numbers are ignored.
 */
export const KEYS = ['slots', 'hold', 'day', 'polls', 'turns', 'clock', 'waiting', 'epoch', 'spent'] as const;

const COMMON = `
local DAY = ${DAY_MS}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local types = {'zset', 'hash', 'zset', 'zset', 'zset', 'hash', 'hash', 'string', 'hash'}
for i, kind in ipairs(types) do
  local is = redis.call('TYPE', KEYS[i]).ok
  if is ~= kind and is ~= 'none' then redis.call('DEL', KEYS[i]) end
end
local function between(value, least, most)
  local number = tonumber(value)
  if number and number >= least and number <= most then return number end
end
local function clock()
  return between(redis.call('HGET', KEYS[6], 'turn'), 0, 2^50) or 0
end
-- No flow gets far ahead of the clock.
local function turnOf(flow, turn)
  return between(redis.call('ZSCORE', KEYS[5], flow), turn, turn + 1000) or turn
end
local function spend(caller, calls)
  if caller == '' then return end
  local today = math.floor(now / DAY)
  if redis.call('HGET', KEYS[9], 'day') ~= tostring(today) then
    for _, field in ipairs(redis.call('HKEYS', KEYS[9])) do
      local day = tonumber(string.match(field, '^(%d+):'))
      if day ~= today and day ~= today - 1 then redis.call('HDEL', KEYS[9], field) end
    end
    redis.call('HSET', KEYS[9], 'day', tostring(today))
  end
  local field = today .. ':' .. caller
  redis.call('HSET', KEYS[9], field, math.max(0, (between(redis.call('HGET', KEYS[9], field), 0, 2^50) or 0) + calls))
  redis.call('PEXPIRE', KEYS[9], 2 * DAY)
end
`;

/**
 * ARGV: calls a second, calls a day, polls a day, lease, length of the day's window, time to the first probe, by what
 * factor that may grow, interval of rechecks, a new epoch, spacing of calls (0: none).
 * Answer: the limit that applies or '', how long it will, slots taken, calls of the day, polls of the day, time until the
 * day's oldest call stops counting, time until the pause ends, time until a probe, the epoch, the index of the head that
 * this is about, and 1 if the permit is for a probe.
 */
const LOOK = `${COMMON}
local perSecond, perDay, perDayPolls = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local lease, day, probeAfter, recheck = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[8])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for i = 3, 4 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - day)
  redis.call('ZREMRANGEBYSCORE', KEYS[i], now + day, '+inf')
end
-- After the clock was set back, no slot must stay taken longer than its lease.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now + lease + 1, '+inf')) do
  redis.call('ZADD', KEYS[1], now + lease, id)
end
redis.call('SET', KEYS[8], ARGV[9], 'NX')
redis.call('PEXPIRE', KEYS[8], day)
local epoch = redis.call('GET', KEYS[8])
local busy = redis.call('ZCARD', KEYS[1])
local used, polls = redis.call('ZCARD', KEYS[3]), redis.call('ZCARD', KEYS[4])
local limit, wait, reset, asker, isProbe = '', 0, 0, 0, false
local function blocked(name, ms)
  if ms > 0 and (limit == '' or limit == 'second' or ms > wait) then limit, wait = name, ms end
end
local function scoreAt(key, rank)
  return tonumber(redis.call('ZRANGE', key, rank, rank, 'WITHSCORES')[2] or now)
end
if perSecond > 0 then
  local slot = 0
  if busy >= perSecond then slot = scoreAt(KEYS[1], busy - perSecond) - now end
  local last = between(redis.call('HGET', KEYS[6], 'last'), now - 60000, now) or 0
  blocked('second', math.max(slot, math.ceil(last + tonumber(ARGV[10]) - now)))
end
local held, probeIn = between(redis.call('HGET', KEYS[2], 'until'), now, now + day) or now, 0
if held > now then
  local probeAt = between(redis.call('HGET', KEYS[2], 'probeAt'), now, now + probeAfter * tonumber(ARGV[7])) or now
  if between(redis.call('HGET', KEYS[2], 'probing'), now, now + lease) then probeAt = now + recheck end
  probeIn = math.min(held, probeAt) - now
  isProbe = probeIn == 0
  blocked('hold', probeIn)
elseif redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('DEL', KEYS[2])
end
local pollWait = 0
if perDay > 0 then
  if used > 0 then reset = scoreAt(KEYS[3], 0) + day - now end
  if used >= perDay then blocked('day', scoreAt(KEYS[3], used - perDay) + day - now) end
  if polls >= perDayPolls then
    pollWait = perDayPolls == 0 and day or scoreAt(KEYS[4], polls - perDayPolls) + day - now
  end
end
local function answer()
  return {limit, wait, busy, used, polls, reset, held - now, probeIn, epoch, asker, isProbe and 1 or 0}
end
`;

export const PEEK = `${LOOK} return answer()`;

/**
 * ARGV, after those of `LOOK`: id, replica, the most calls a day of one caller while there are others, grace of a claim,
 * then for each head: its flow, caller, cost in turns, how long it has been waiting, and 1 for a poll.
 *
 * A free slot goes to the earliest turn of all replicas. A replica that has to wait leaves its best claim behind, valid
 * until shortly after it is due to ask again. A replica whose turn is later than another's claim is refused with `turn`.
 */
export const TAKE = `${LOOK}
local id, me, perCaller, grace = ARGV[11], ARGV[12], tonumber(ARGV[13]), tonumber(ARGV[14])
local turn = clock()
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', '(' .. string.format('%.17g', turn))
local others
if perSecond > 0 then
  local claims = redis.call('HGETALL', KEYS[7])
  for i = 1, #claims, 2 do
    local start, till = string.match(claims[i + 1], '^(%S+) (%S+)$')
    start, till = between(start, 0, turn + 1000), between(till, now, now + 1000)
    if not (start and till) then redis.call('HDEL', KEYS[7], claims[i])
    elseif claims[i] ~= me and (not others or start < others.start) then others = {start = start, till = till} end
  end
end
local today = math.floor(now / DAY)
local function spentBy(caller)
  local own = redis.call('HMGET', KEYS[9], today .. ':' .. caller, (today - 1) .. ':' .. caller)
  local fields = redis.call('HLEN', KEYS[9]) - 1 - (own[1] and 1 or 0) - (own[2] and 1 or 0)
  if fields <= 0 then return 0 end
  -- Assumes that yesterday's calls were spread evenly.
  local left = 1 - (now % DAY) / DAY
  return math.min(used, (between(own[1], 0, 2^50) or 0) + (between(own[2], 0, 2^50) or 0) * left)
end
-- Find the best head of each priority, in the order of the priorities, and the best of all.
local function isBefore(one, other)
  return one.start < other.start or (one.start == other.start and one.since < other.since)
end
local firsts, best = {}
for i = 15, #ARGV, 5 do
  local head = {priority = string.match(ARGV[i], '^%a+'), caller = ARGV[i + 1], cost = tonumber(ARGV[i + 2])}
  head.flow, head.index, head.isPoll = ARGV[i], (i - 15) / 5, ARGV[i + 4] == '1'
  head.start, head.since = turnOf(ARGV[i], turn), now - tonumber(ARGV[i + 3])
  if perDay > 0 and head.caller ~= '' and spentBy(head.caller) >= perCaller then
    limit, wait, asker = 'caller-day', DAY - now % DAY, head.index
    return answer()
  end
  if not (head.isPoll and pollWait > 0) then
    local first = firsts[#firsts]
    if not first or first.priority ~= head.priority then firsts[#firsts + 1] = head
    elseif isBefore(head, first) then firsts[#firsts] = head end
    if not best or isBefore(head, best) then best = head end
  end
end
local chosen
for _, head in ipairs(firsts) do
  if not chosen and not (others and others.start < head.start) then chosen = head end
end
if not best then blocked('poll-day', pollWait) end
if limit == '' and not chosen then limit, wait = 'turn', math.max(5, others.till - grace - now + 5) end
if limit == 'second' then wait = math.min(wait, recheck) end
if limit == '' then
  asker = chosen.index
  redis.call('HDEL', KEYS[7], me)
  if isProbe then
    local pace = between(redis.call('HGET', KEYS[2], 'pace'), probeAfter, probeAfter * tonumber(ARGV[7])) or probeAfter
    pace = math.min(pace * 2, probeAfter * tonumber(ARGV[7]))
    redis.call('HSET', KEYS[2], 'pace', pace, 'probeAt', now + pace, 'probing', now + lease)
  end
  if perSecond > 0 then
    redis.call('ZADD', KEYS[1], now + lease, id)
    redis.call('PEXPIRE', KEYS[1], lease * 2)
    redis.call('HSET', KEYS[6], 'turn', string.format('%.17g', chosen.start), 'last', now)
    redis.call('ZADD', KEYS[5], string.format('%.17g', chosen.start + chosen.cost), chosen.flow)
    for i = 5, 6 do redis.call('PEXPIRE', KEYS[i], 60000) end
    busy = busy + 1
  end
  if perDay > 0 then
    redis.call('ZADD', KEYS[3], now, id)
    redis.call('PEXPIRE', KEYS[3], day)
    spend(chosen.caller, 1)
    used = used + 1
    if chosen.isPoll then
      redis.call('ZADD', KEYS[4], now, id)
      redis.call('PEXPIRE', KEYS[4], day)
      polls = polls + 1
    end
  end
elseif best and perSecond > 0 and (limit == 'second' or limit == 'turn') then
  redis.call('HSET', KEYS[7], me, string.format('%.17g %.17g', best.start, now + math.min(wait, recheck) + grace))
  redis.call('PEXPIRE', KEYS[7], 60000)
else
  redis.call('HDEL', KEYS[7], me)
end
return answer()
`;

/** ARGV: id, how long the call's slot stays taken. */
export const SENT = `${COMMON}
if redis.call('ZSCORE', KEYS[3], ARGV[1]) or redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
end
`;

/**
 * ARGV: id, the longest that the call's slot may stay taken (0: the call was never sent), its caller, and 1 for a probe
 * without an answer.
 */
export const SETTLED = `${COMMON}
local ends = now + ARGV[2]
if ARGV[2] == '0' then
  if redis.call('ZREM', KEYS[3], ARGV[1]) == 1 then spend(ARGV[3], -1) end
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('HDEL', KEYS[6], 'last')
elseif tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0') > ends then
  redis.call('ZADD', KEYS[1], ends, ARGV[1])
end
if ARGV[4] == '1' and redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('HDEL', KEYS[2], 'probing')
  if ARGV[2] == '0' then redis.call('HSET', KEYS[2], 'probeAt', now) end
end
`;

/** Ends the pause: Gong has accepted a probe. */
export const RESUME = `${COMMON} redis.call('DEL', KEYS[2])`;

/** ARGV: length of the pause, time to the first probe, and 1 for the answer to a probe, which may also shorten the pause. */
export const HOLD = `${COMMON}
local ends, known = now + ARGV[1], between(redis.call('HGET', KEYS[2], 'until'), now, now + DAY) or 0
if known == 0 then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'probeAt', now + ARGV[2], 'pace', ARGV[2])
end
if ARGV[3] == '1' then redis.call('HDEL', KEYS[2], 'probing') end
if ARGV[3] == '1' or ends > known then
  redis.call('HSET', KEYS[2], 'until', string.format('%.0f', ends))
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
end
`;

/** ARGV: a flow, and by how many turns to adjust it. */
export const CHARGE = `${COMMON}
local turn = clock()
local ends = turnOf(ARGV[1], turn) + tonumber(ARGV[2])
if ends > turn then redis.call('ZADD', KEYS[5], string.format('%.17g', ends), ARGV[1]) end
redis.call('PEXPIRE', KEYS[5], 60000)
`;

/** ARGV: replica. */
export const LEAVE = `redis.call('HDEL', KEYS[7], ARGV[1])`;

/** ARGV: length of the day's window, then for each call: id, age, 1 for a poll, and its caller. */
export const REMEMBER = `${COMMON}
for i = 2, #ARGV, 4 do
  local at = now - ARGV[i + 1]
  if redis.call('ZADD', KEYS[3], 'NX', at, ARGV[i]) == 1 then spend(ARGV[i + 3], 1) end
  if ARGV[i + 2] == '1' then redis.call('ZADD', KEYS[4], 'NX', at, ARGV[i]) end
end
redis.call('PEXPIRE', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[4], ARGV[1])
`;
