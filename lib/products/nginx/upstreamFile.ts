import { EvenkeelError, malformed } from '../../model/error.ts'
import { type Word, wordsIn } from './words.ts'

/** One `server` statement. `from` and `to` are where it stands in the text, from its address to before its `;`. */
export type UpstreamServer = { address: string; weight: number; down: boolean; backup: boolean; from: number; to: number; words: Word[] }
export type Upstream = {
  servers: UpstreamServer[]
  /** Every other statement in it, word by word; of a block what stands before its brace. */
  statements: string[][]
  /** The file holds whole upstreams, but none of that name. */
  absent: boolean
}

/** The statements of an upstream from its file: those inside `upstream NAME { }`, at any depth, where the file holds such blocks, else all. */
export function readUpstream(text: string, name: string): Upstream {
  const servers: UpstreamServer[] = []
  const statements: string[][] = []
  const blocks: string[] = []
  let statement: Word[] = []
  let found = 0
  const all = [...wordsIn(text)]
  const whole = all.some((word, i) => word.text === 'upstream' && all[i + 2]?.sign && all[i + 2]?.text === '{')
  const inside = () => (whole ? blocks.at(-1) === `upstream ${name}` : blocks.length === 0)
  const said = () => statement.map(({ text }) => text)
  for (const word of all) {
    if (!word.sign) statement.push(word)
    else if (word.text === '{') {
      if (inside()) statements.push(said())
      blocks.push(said().join(' '))
      if (blocks.at(-1) === `upstream ${name}`) found++
      statement = []
    } else if (word.text === '}') {
      if (statement.length > 0 || blocks.length === 0) throw malformed(`the file of upstream ${name}: a } closes nothing`, text)
      blocks.pop()
    } else {
      if (inside() && statement[0]) {
        if (statement[0].text === 'server') servers.push(serverOf(statement, word.from))
        else statements.push(said())
      }
      statement = []
    }
  }
  if (statement.length > 0 || blocks.length > 0)
    throw malformed(`the file of upstream ${name} ends within a statement or block`, text.slice(-120))
  if (found > 1) throw malformed(`the file of upstream ${name} holds two of that name`, text.slice(0, 120))
  return { servers, statements, absent: whole && found === 0 }
}

function serverOf(statement: Word[], end: number): UpstreamServer {
  const [, address, ...rest] = statement
  if (!address) throw malformed('a `server` in an upstream is to have an address', statement.map(({ text }) => text).join(' '))
  const weight = /^weight=(\d+)$/.exec(rest.findLast(({ text }) => text.startsWith('weight='))?.text ?? 'weight=1')?.[1]
  if (weight === undefined) throw malformed('a weight is to be a whole number', rest.map(({ text }) => text).join(' '))
  return {
    address: address.text,
    weight: Number(weight),
    down: rest.some(({ text }) => text === 'down'),
    backup: rest.some(({ text }) => text === 'backup'),
    from: address.from,
    to: end,
    words: rest,
  }
}

export type ServerEdit = { server: string; weight?: number; down?: boolean }

/** The same text with other weights and `down` flags; everything else, comments too, stays as it is. Throws `not_found`. */
export function withServers(text: string, name: string, edits: readonly ServerEdit[]): string {
  const { servers } = readUpstream(text, name)
  const changes = edits
    .map((edit) => ({ edit, server: serverIn(servers, name, edit.server) }))
    .sort((a, b) => b.server.from - a.server.from)
  let next = text
  for (const { edit, server } of changes) {
    let statement = text.slice(server.from, server.to)
    const cut = (word: Word, by: string) => {
      statement = `${statement.slice(0, word.from - server.from)}${by}${statement.slice(word.to - server.from)}`
    }
    // From the back, so that places stay right.
    for (const word of server.words.toReversed()) {
      if (edit.weight !== undefined && word.text.startsWith('weight=')) cut(word, `weight=${edit.weight}`)
      if (edit.down === false && word.text === 'down') cut({ ...word, from: word.from - 1 }, '')
    }
    const ends = statement.trimEnd()
    const added = [
      ...(edit.weight !== undefined && edit.weight !== server.weight && !server.words.some((word) => word.text.startsWith('weight='))
        ? [`weight=${edit.weight}`]
        : []),
      ...(edit.down === true && !server.down ? ['down'] : []),
    ]
    statement = [ends, ...added].join(' ') + statement.slice(ends.length)
    next = `${next.slice(0, server.from)}${statement}${next.slice(server.to)}`
  }
  return next
}

export function serverIn(servers: readonly UpstreamServer[], pool: string, name: string): UpstreamServer {
  const [found, again] = servers.filter((server) => server.address === name)
  if (again) throw malformed(`the file of upstream ${pool} names a server twice`, name)
  if (!found) throw new EvenkeelError('not_found', `the file of upstream ${pool} has no server ${name}`)
  return found
}
