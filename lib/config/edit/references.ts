import { normalize } from 'node:path'
import { EvenkeelError } from '../../model/error.ts'
import { REDACTED } from '../../model/publicUrl.ts'

/** Where a channel's secrets go: with another of these, a secret that the page never saw would go to whoever stands there. */
const DESTINATIONS = ['url', 'webhook_url', 'api_url', 'homeserver', 'smarthost', 'tls'].flatMap((key) => [key, `${key}_file`])

type Tree = Readonly<Record<string, unknown>>

/** What a receiver may name of the server's own: files in the folders of secrets; and no secret goes on to another address unseen. Throws `invalid`. */
export function checkReferences(at: string, shown: unknown, value: unknown, folders: readonly string[]): void {
  for (const [kind, channel] of Object.entries((value ?? {}) as Tree)) {
    const before = ((shown ?? {}) as Tree)[kind]
    if (channel === null || typeof channel !== 'object') continue
    const own = channel as Tree
    const known = (before !== null && typeof before === 'object' ? before : {}) as Tree
    const moved = DESTINATIONS.find((key) => JSON.stringify(own[key]) !== JSON.stringify(known[key]))
    for (const [path, text] of leaves(own)) {
      const place = `${at}.${kind}.${path.join('.')}`
      if (moved !== undefined && text.includes(REDACTED) && !DESTINATIONS.includes(path[0]!))
        throw new EvenkeelError('invalid', `${place}: ${moved} is another now: type the secret anew`)
      const isNew = text !== leaves(known).find(([other]) => other.join('.') === path.join('.'))?.[1]
      if (isNew && path.at(-1)!.endsWith('_file') && !folders.some((folder) => normalize(text).startsWith(folder)))
        throw new EvenkeelError(
          'invalid',
          `${place}: from the page, files may be named in ${folders.join(', ')}; others are named in the file by hand`,
        )
    }
  }
}

const leaves = (tree: unknown, path: string[] = []): [path: string[], text: string][] =>
  tree !== null && typeof tree === 'object'
    ? Object.entries(tree).flatMap(([key, inner]) => leaves(inner, [...path, key]))
    : typeof tree === 'string'
      ? [[path, tree]]
      : []
