import type { Retries } from '../../model/retries.ts'
import { printable } from '../answers.ts'
import { wordsIn } from './words.ts'

/** What of a location's configuration decides on tries, inherited from the blocks around it. */
type Scope = { next: string[] | null; tries: number | null; includes: boolean }

const PASS = /^(proxy|fastcgi|uwsgi|scgi|grpc)_pass$/
/** Blocks within blocks, and locations that pass to one upstream: no file has more. */
const DEPTH_MAX = 50
const PASSES_MAX = 1_000
const UNKNOWN = '`proxy_next_upstream` stands in the locations that pass to it, which its file does not hold'

/**
 * How often NGINX passes a request on to the next server of an upstream, by the locations of this file that pass to it
 * (ngx_http_proxy_module, `proxy_next_upstream` and `proxy_next_upstream_tries`). `servers`: how many the upstream has; each is tried once.
 */
export function retriesIn(text: string, name: string, servers: number): Retries {
  const found: { module: string; scopes: Map<string, Scope>[] }[] = []
  const scopes: Map<string, Scope>[] = [new Map()]
  let statement: string[] = []
  for (const { text: word, sign } of wordsIn(text)) {
    if (!sign) {
      statement.push(word)
      continue
    }
    if (word === '{') scopes.push(new Map())
    else if (word === '}') scopes.pop()
    else {
      const [directive = '', ...args] = statement
      const module = PASS.exec(directive)?.[1]
      // What stands after it in the same block holds too, so that it is looked at when all is read.
      if (module !== undefined && hostOf(args[0] ?? '') === name && found.length < PASSES_MAX && scopes.length <= DEPTH_MAX)
        found.push({ module, scopes: [...scopes] })
      note(scopes.at(-1), directive, args)
    }
    statement = []
  }
  if (found.length === 0) return { more: null, text: UNKNOWN }
  const all = found.map(({ module, scopes: around }) => triesOf(module, around, servers))
  return all.find(({ more }) => more === null) ?? all.reduce((most, one) => (one.more! > most.more! ? one : most))
}

/** `app` of `http://app/path`. */
const hostOf = (address: string) => /^(?:[a-z]+:\/\/)?([^/:]+)/.exec(address)?.[1]

function note(scope: Map<string, Scope> | undefined, directive: string, args: readonly string[]): void {
  const of = (module: string): Scope => {
    const own = scope?.get(module) ?? { next: null, tries: null, includes: false }
    scope?.set(module, own)
    return own
  }
  if (directive === 'include') of('*').includes = true
  const [, module, tries] = /^(proxy|fastcgi|uwsgi|scgi|grpc)_next_upstream(_tries)?$/.exec(directive) ?? []
  if (module === undefined) return
  if (tries) of(module).tries = Number(args[0])
  else of(module).next = [...args]
}

function triesOf(module: string, scopes: readonly Map<string, Scope>[], servers: number): Retries {
  const innermost = <T>(pick: (scope: Scope) => T | null): T | null =>
    scopes.toReversed().reduce<T | null>((known, scope) => known ?? (scope.has(module) ? pick(scope.get(module)!) : null), null)
  const [next, tries] = [innermost((scope) => scope.next), innermost((scope) => scope.tries)]
  const includes = scopes.some((scope) => scope.get('*')?.includes)
  if (includes && (next === null || tries === null))
    return { more: null, text: `\`${module}_next_upstream\` may stand in a file that is included around the locations that pass to it` }
  const on = next ?? ['error', 'timeout']
  const said = next === null ? `\`${module}_next_upstream\` by default (error timeout)` : `\`${module}_next_upstream ${printable(on.join(' ').slice(0, 120))}\`` // biome-ignore format: one line
  if (on.includes('off')) return { more: 0, text: said }
  if (tries !== null && !Number.isInteger(tries)) return { more: null, text: `\`${module}_next_upstream_tries\` is no number` }
  const most = tries ? Math.min(tries, servers) : servers
  const told = tries ? `\`${module}_next_upstream_tries ${tries}\`` : `each of its ${servers} servers once`
  return { more: Math.max(0, most - 1), text: `${said}, ${told}` }
}
