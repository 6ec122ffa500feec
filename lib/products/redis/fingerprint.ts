import { patternOf } from '../../model/patterns.ts'

/** Names of two words. */
const CONTAINERS = new Set(
  `acl client cluster command commandlog config debug function hotkeys latency memory module object pubsub script slowlog xgroup xinfo`.split(
    ' ',
  ),
)
/** Commands whose arguments are all keys. */
const ALL_KEYS = new Set(
  'mget del unlink exists touch watch sdiff sinter sunion pfcount pfmerge sdiffstore sinterstore sunionstore'.split(' '),
)
/** Commands whose arguments are keys and values in turn. */
const PAIRS = new Set(['mset', 'msetnx'])
/** The number of keys, then they. */
const COUNTED = new Set('sintercard zunion zinter zdiff zintercard lmpop zmpop'.split(' '))
const SCRIPTS = new Set('eval evalsha eval_ro evalsha_ro fcall fcall_ro'.split(' '))
const NO_KEY = new Set(
  `auth hello select ping echo info scan dbsize flushall flushdb swapdb keys randomkey monitor psync sync replconf multi exec discard publish spublish
  subscribe psubscribe ssubscribe unsubscribe wait waitaof role save bgsave bgrewriteaof lastsave shutdown time failover reset quit`.split(
    /\s+/,
  ),
)
/** Words that say how a command works. A value that is called the same gives away nothing. */
const OPTIONS = new Set(
  `ex px exat pxat keepttl persist nx xx gt lt ch incr get count match type limit withscores withscore byscore bylex rev sync async streams block group
  noack maxlen minid nomkstream asc desc alpha store storedist withcoord withdist withhash fromlonlat frommember byradius bybox left right before
  after aggregate sum min max weights any replace absttl idletime freq novalues fields withvalues idx len minmatchlen withmatchlen`.split(
    /\s+/,
  ),
)
/** Where a range begins and ends: all of a list, or a part of it. */
const ENDS = new Set(['0', '-1', '-', '+', '-inf', '+inf'])
const MORE = /^\.\.\. \((\d+) more arguments\)$/
const PARTS_MAX = 12
const TEXT_MAX = 200

/**
 * A command's fingerprint, as databases call it: its name, the pattern of its keys, and the shape of its other arguments without a value, so that
 * entries of one kind are counted together. `SET product:17 {…} EX 60` is `SET product:* ? EX ?`.
 */
export function fingerprintOf(command: readonly string[]): string {
  const [first = '', ...rest] = command
  const name = first.toLowerCase()
  // What the log has cut off still counts.
  const [, cut] = MORE.exec(rest.at(-1) ?? '') ?? []
  const given = cut === undefined ? rest : rest.slice(0, -1)
  const more = Number(cut ?? 0)
  return [wordy(first), ...shapeOf(name, given, more)].join(' ').slice(0, TEXT_MAX)
}

function shapeOf(name: string, given: string[], more: number): string[] {
  if (CONTAINERS.has(name)) return [wordy(given[0] ?? ''), ...others(given.slice(1), more)]
  if (NO_KEY.has(name)) return others(given, more)
  if (ALL_KEYS.has(name)) return keys(given, more)
  if (PAIRS.has(name))
    return keys(
      given.filter((_, i) => i % 2 === 0),
      Math.floor(more / 2),
    )
  if (COUNTED.has(name)) return counted(given, more)
  // The script itself may hold values: its length is cut anyway.
  if (SCRIPTS.has(name)) return [name.startsWith('eval') ? '(script)' : patternOf(given[0] ?? ''), ...counted(given.slice(1), more)]
  const [key, ...rest] = given
  return key === undefined ? [] : [patternOf(key), ...others(rest, more)]
}

function counted(given: string[], more: number): string[] {
  const many = Math.max(0, Math.floor(Number(given[0]))) || 0
  const rest = given.slice(1)
  return [...keys(rest.slice(0, many), Math.max(0, Math.min(more, many - rest.length))), ...others(rest.slice(many), 0)]
}

/** Several keys: the patterns that there are, and of what order their number is. */
function keys(given: string[], more: number): string[] {
  const patterns = [...new Set(given.map(patternOf))].sort()
  const shown = patterns.length > 3 ? [...patterns.slice(0, 3), '…'] : patterns
  const many = given.length + more
  return many > 1 ? [...shown, order(many)] : shown
}

/** What is no key: options as they are, everything else as `?`, a run of them as one. */
function others(given: string[], more: number): string[] {
  const shape: string[] = []
  let run = 0
  const end = () => {
    if (run > 0) shape.push('?', ...(run > 1 ? [order(run)] : []))
    run = 0
  }
  for (const argument of given) {
    const plain = OPTIONS.has(argument.toLowerCase()) ? argument.toUpperCase() : ENDS.has(argument) ? argument : null
    if (plain === null) run++
    else {
      end()
      shape.push(plain)
    }
  }
  run += more
  end()
  return shape.length > PARTS_MAX ? [...shape.slice(0, PARTS_MAX), '…'] : shape
}

const order = (many: number) => (many <= 10 ? '×2–10' : many <= 100 ? '×11–100' : many <= 1_000 ? '×101–1,000' : '×1,000+')

/** A name of a command, when it is one. */
const wordy = (text: string) => (/^[\w.|-]{1,40}$/.test(text) ? text.toUpperCase() : '?')
