import { type VclWord, vclWords } from './vclWords.ts'

/** One argument of a call: its name where it has one, and its words. */
export type Argument = { name: string | null; words: VclWord[] }
/** A call of an object's method. `sub`: where it stands; `sometimes`: within an `if`. */
export type Call = { object: string; method: string; args: Argument[]; sub: string; sometimes: boolean }

/** What of a VCL tells its directors: its objects, the calls of their methods, the addresses of its backends. */
export type Vcl = {
  /** Name -> class: `directors.shard`. */
  objects: Map<string, string>
  calls: Call[]
  addresses: Map<string, string>
  /** Subs that it defines. */
  subs: Set<string>
}

const isSign = (word: VclWord | undefined, sign: string) => word?.is === 'sign' && word.text === sign

/** Reads the sources of a VCL. Statements that it does not know are passed by. Throws `malformed` for what is not closed. */
export function parseVcl(text: string): Vcl {
  const words = [...vclWords(text)]
  const vcl: Vcl = { objects: new Map(), calls: [], addresses: new Map(), subs: new Set() }
  let sub = ''
  let depth = 0
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    if (isSign(word, '{')) depth++
    else if (isSign(word, '}')) {
      depth = Math.max(0, depth - 1)
      if (depth === 0) sub = ''
    } else if (word.is !== 'word') continue
    else if (depth === 0 && word.text === 'sub') {
      sub = words[at + 1]?.text ?? ''
      vcl.subs.add(sub)
    } else if (depth === 0 && word.text === 'backend') addBackend(vcl, words, at + 1)
    else if (word.text === 'new' && isSign(words[at + 2], '=')) vcl.objects.set(words[at + 1]!.text, words[at + 3]?.text ?? '')
    else if (isSign(words[at + 1], '(')) addCall(vcl, words, at, sub, depth > 1)
  }
  return vcl
}

function addCall({ objects, calls }: Vcl, words: readonly VclWord[], at: number, sub: string, sometimes: boolean): void {
  const [object = '', method = '', ...more] = words[at]!.text.split('.')
  if (!objects.has(object) || !method || more.length > 0) return
  calls.push({ object, method, args: argumentsOf(words, at + 2), sub, sometimes })
}

/** The arguments from behind an opening bracket to its closing one. */
function argumentsOf(words: readonly VclWord[], from: number): Argument[] {
  const args: Argument[] = []
  let current: VclWord[] = []
  let depth = 0
  const end = () => {
    if (current.length === 0) return
    const named = current[0]?.is === 'word' && isSign(current[1], '=') && !isSign(current[2], '=')
    args.push(named ? { name: current[0]!.text, words: current.slice(2) } : { name: null, words: current })
    current = []
  }
  for (let at = from; at < words.length; at++) {
    const word = words[at]!
    if (isSign(word, ')') && depth === 0) break
    if (isSign(word, '(')) depth++
    if (isSign(word, ')')) depth--
    if (isSign(word, ',') && depth === 0) end()
    else current.push(word)
  }
  end()
  return args
}

/** `backend NAME { .host = "…"; .port = "…"; }`, or `.path` of a socket. */
function addBackend({ addresses }: Vcl, words: readonly VclWord[], at: number): void {
  const name = words[at]?.text
  if (!name || !isSign(words[at + 1], '{')) return
  const told: Record<string, string> = {}
  let depth = 0
  for (let i = at + 1; i < words.length; i++) {
    if (isSign(words[i], '{')) depth++
    if (isSign(words[i], '}') && --depth === 0) break
    if (depth === 1 && isSign(words[i], '.') && isSign(words[i + 2], '=') && words[i + 3]?.is === 'string')
      told[words[i + 1]!.text] = words[i + 3]!.text
  }
  const { host, port = '80', path } = told
  // A host may have its port with it.
  if (host) addresses.set(name, /^(\[.*\]|[^:]+):\d+$/.test(host) ? host : `${host}:${port}`)
  else if (path) addresses.set(name, path)
}

/** An argument by its name or by its place among those without one. */
export const argumentIn = (args: readonly Argument[], name: string, place: number): readonly VclWord[] | undefined =>
  args.find((one) => one.name === name)?.words ?? (args[place]?.name === null ? args[place]?.words : undefined)

/** The only word of an argument; null where it is an expression. */
export const onlyWord = (words: readonly VclWord[] | undefined): VclWord | null => (words?.length === 1 ? words[0]! : null)

/** As it stood, near enough to be read. */
export const wordsText = (words: readonly VclWord[]): string =>
  words
    .map(({ is, text }) => (is === 'string' ? `"${text}"` : text))
    .join(' ')
    .replace(/ ?([().]) ?/g, '$1')
    .slice(0, 80)
