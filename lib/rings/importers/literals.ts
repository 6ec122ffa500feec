import { EvenkeelError } from '../../model/error.ts'

/** A word, number or string of a program. */
export type Atom = { kind: 'atom'; text: string; quoted: boolean }
/** What stands between brackets, and the word directly before them: `addServers` of `$m->addServers(…)`. */
export type Group = { kind: 'group'; name: string; entries: Entry[] }
/** One of several things between commas. `key` is what stands before `=>`, `:` or `=`; `line` counts the statements of the top. */
export type Entry = { key: string | null; values: (Atom | Group)[]; line: number }

const refuse = (because: string) => new EvenkeelError('bad_request', because)
const TEXT_MAX = 200_000
const TOKENS_MAX = 50_000
const DEPTH_MAX = 40

/** Blank, comments of six languages, strings, Ruby's lists of words, words with their paths, brackets, arrows. */
const TOKEN = new RegExp(
  [
    /(?<blank>[ \t\r]+|#[^\n]*|\/\/[^\n]*|--\s[^\n]*)|(?<line>\n)/,
    // A string that does not end ends with the text: nothing is scanned twice.
    /"(?<double>(?:[^"\\\n]|\\[\s\S]?)*)"?|'(?<single>(?:[^'\\\n]|\\[\s\S]?)*)'?|`(?<back>[^`\n]*)`?/,
    /%w[[({](?<words>[^\])}]*)[\])}]?/,
    /(?<word>[$@&*]?[A-Za-z_]\w*(?:(?:::|\.|->|\\)[A-Za-z_]\w*)*[?!]?)|(?<number>-?\d[\d._]*)/,
    /(?<open>[[({])|(?<close>[\])}])|(?<arrow>=>|:=|=|:)|(?<comma>[,;])|(?<other>[\s\S])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'uy',
)

/**
 * The literals of a piece of source code in Ruby, Python, PHP, Go, JavaScript, Java or Lua, as nested lists. Nothing is evaluated: what is no
 * literal stays a word. Throws `bad_request` where the text is larger or nests deeper than an application's options do.
 */
export function readLiterals(text: string): Group {
  if (text.length > TEXT_MAX) throw refuse(`The text has ${text.length} characters: paste the client's options alone, at most ${TEXT_MAX}`)
  const top: Group = { kind: 'group', name: '', entries: [] }
  const open: Group[] = [top]
  /** Entries that go on behind a bracket that closes. */
  const outer: (Entry | null)[] = []
  let entry: Entry | null = null
  let line = 0
  let continues = false
  let before = ''
  let tokens = 0
  const group = () => open.at(-1)!
  const add = (value: Atom | Group) => {
    if (!entry) {
      entry = { key: null, values: [], line }
      group().entries.push(entry)
    }
    entry.values.push(value)
    continues = false
  }
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    if (++tokens > TOKENS_MAX) throw refuse("The text is too long: paste the client's options alone")
    const { blank, line: end, words, word, number, open: opening, close, arrow, comma } = match.groups!
    const quoted = match.groups!.double ?? match.groups!.single ?? match.groups!.back
    if (quoted !== undefined) add({ kind: 'atom', text: unescaped(quoted), quoted: true })
    else if (word !== undefined || number !== undefined) add({ kind: 'atom', text: (word ?? number)!, quoted: false })
    else if (words !== undefined) {
      const entries = words
        .split(/\s+/)
        .filter(Boolean)
        .map((one): Entry => ({ key: null, values: [{ kind: 'atom', text: one, quoted: true }], line }))
      add({ kind: 'group', name: '', entries })
    } else if (opening) {
      if (open.length >= DEPTH_MAX) throw refuse("The text nests too deeply to be a client's options")
      const last = entry?.values.at(-1)
      const inner: Group = { kind: 'group', name: last?.kind === 'atom' && !last.quoted ? last.text : '', entries: [] }
      add(inner)
      open.push(inner)
      outer.push(entry)
      entry = null
    } else if (close) {
      if (open.length > 1) {
        open.pop()
        entry = outer.pop() ?? null
      }
    } else if (arrow && entry) {
      // `:word` of Ruby begins a word; a key stands before the colon without a space.
      if (arrow !== ':' || /[\w"'\])`]/.test(before)) keyed(entry)
      continues = true
    } else if (comma) {
      entry = null
      continues = comma === ','
    } else if (end && open.length === 1 && !continues) {
      entry = null
      line++
    }
    if (blank === undefined) before = match[0].at(-1)!
    else before = ' '
  }
  return top
}

/** What stood before an arrow is the key of what follows. */
function keyed(entry: Entry): void {
  const key = entry.values.at(-1)
  if (key?.kind !== 'atom') return
  entry.key = key.text
  entry.values = []
}
const unescaped = (text: string) => text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))

/** Every group, the outer before the inner. */
export function* groupsIn(group: Group): Generator<Group> {
  yield group
  for (const { values } of group.entries) for (const value of values) if (value.kind === 'group') yield* groupsIn(value)
}

/** Every entry with that key, wherever it stands; `config.cache_store` answers to `cache_store`. */
export function* keyedBy(group: Group, ...keys: string[]): Generator<Entry> {
  for (const { entries } of groupsIn(group))
    for (const entry of entries) if (entry.key !== null && keys.includes(lastWord(entry.key))) yield entry
}

/** Every call or composite of that name: `new` answers to `Client.new` too. */
export const calls = (group: Group, pattern: RegExp): Group[] => [...groupsIn(group)].filter(({ name }) => pattern.test(name))

const lastWord = (path: string) => path.slice(Math.max(...['.', ':', '>', '\\'].map((sign) => path.lastIndexOf(sign))) + 1)

/** The only string or word of an entry, or null. */
export function textOf({ values }: Entry): string | null {
  const [first, ...more] = values
  return first?.kind === 'atom' && more.length === 0 ? first.text : null
}

/** All strings within, in their order; words are none. */
export function stringsIn(group: Group): string[] {
  return group.entries.flatMap(({ values }) =>
    values.flatMap((value) => (value.kind === 'group' ? stringsIn(value) : value.quoted ? [value.text] : [])),
  )
}

/** The last group of an entry: a list, a map. */
export const groupOf = ({ values }: Entry): Group | null =>
  (values.findLast((value) => value.kind === 'group') as Group | undefined) ?? null
