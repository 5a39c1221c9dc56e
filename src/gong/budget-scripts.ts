/**
 * The budget in Redis, in Lua: each script is one step that nothing comes between, and all take the time from
 * Redis's own clock. Scores are milliseconds since 1970.
 *
 * KEYS: `slots`, each taken slot under the end of its time · `hold`, until when nothing may start ·
 * `day` and `polls`, every call of the last 24 hours (some 100 bytes each) under its time.
 */
const NOW = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
`;

/**
 * ARGV: id, calls a second, calls a day, polls a day, 1 for a poll, lease, day.
 * Answer: the limit in the way or '', how long it lasts, slots taken, calls of the day, polls of the day, ms
 * until the day's oldest call stops counting.
 */
const LOOK = `${NOW}
local perSecond, perDay, perDayPolls = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local isPoll, lease, day = ARGV[5] == '1', tonumber(ARGV[6]), tonumber(ARGV[7])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - day)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - day)
-- The clock was set back: no slot is taken longer than its lease.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now + lease + 1, '+inf')) do
  redis.call('ZADD', KEYS[1], now + lease, id)
end
local busy = redis.call('ZCARD', KEYS[1])
local used, polls = redis.call('ZCARD', KEYS[3]), redis.call('ZCARD', KEYS[4])
local limit, wait, reset = '', 0, 0
local function blocked(name, ms)
  if ms > 0 and (limit == '' or limit == 'second' or ms > wait) then limit, wait = name, ms end
end
local function scoreAt(key, rank)
  return tonumber(redis.call('ZRANGE', key, rank, rank, 'WITHSCORES')[2] or now)
end
if perSecond > 0 and busy >= perSecond then
  blocked('second', scoreAt(KEYS[1], busy - perSecond) - now)
end
blocked('hold', tonumber(redis.call('GET', KEYS[2]) or '0') - now)
if perDay > 0 then
  if used > 0 then reset = scoreAt(KEYS[3], 0) + day - now end
  if used >= perDay then blocked('day', scoreAt(KEYS[3], used - perDay) + day - now) end
  if isPoll and polls >= perDayPolls then
    blocked('poll-day', perDayPolls == 0 and day or scoreAt(KEYS[4], polls - perDayPolls) + day - now)
  end
end
`;

export const PEEK = `${LOOK} return {limit, wait, busy, used, polls, reset}`;

export const TAKE = `${LOOK}
if limit == '' then
  if perSecond > 0 then
    redis.call('ZADD', KEYS[1], now + lease, ARGV[1])
    redis.call('PEXPIRE', KEYS[1], lease * 2)
    busy = busy + 1
  end
  if perDay > 0 then
    redis.call('ZADD', KEYS[3], now, ARGV[1])
    redis.call('PEXPIRE', KEYS[3], day)
    used = used + 1
    if isPoll then
      redis.call('ZADD', KEYS[4], now, ARGV[1])
      redis.call('PEXPIRE', KEYS[4], day)
      polls = polls + 1
    end
  end
end
return {limit, wait, busy, used, polls, reset}
`;

/** ARGV: id, how long its slot stays taken. */
export const SENT = `${NOW}
if redis.call('ZSCORE', KEYS[3], ARGV[1]) or redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
end
`;

/** ARGV: id, how long its slot stays taken, if not shorter already; 0: the call was never sent. */
export const SETTLED = `${NOW}
local ends = now + ARGV[2]
if ARGV[2] == '0' then
  for _, key in ipairs({KEYS[1], KEYS[3], KEYS[4]}) do redis.call('ZREM', key, ARGV[1]) end
elseif tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0') > ends then
  redis.call('ZADD', KEYS[1], ends, ARGV[1])
end
`;

/** ARGV: how long nothing may start, if not longer already. */
export const HOLD = `${NOW}
local ends = now + ARGV[1]
if ends > tonumber(redis.call('GET', KEYS[2]) or '0') then
  redis.call('SET', KEYS[2], string.format('%.0f', ends), 'PX', ARGV[1])
end
`;

/** ARGV: day, then id, age and 1 for a poll, of each call. */
export const REMEMBER = `${NOW}
for i = 2, #ARGV, 3 do
  redis.call('ZADD', KEYS[3], 'NX', now - ARGV[i + 1], ARGV[i])
  if ARGV[i + 2] == '1' then redis.call('ZADD', KEYS[4], 'NX', now - ARGV[i + 1], ARGV[i]) end
end
redis.call('PEXPIRE', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[4], ARGV[1])
`;
