import { createTwoFilesPatch } from 'diff'
import { isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, type Node } from 'yaml'
import { REDACTED } from '../../model/publicUrl.ts'
import { readSource } from '../document.ts'
import { redact } from '../redact.ts'
import { configSchema, type Schemas } from '../schema.ts'
import { parseYaml } from '../yamlText.ts'
import { endOf, flow, type Splice, spliced } from './patch.ts'

const NEW = '[new secret]'

/** What an edit changes in the file, as a unified diff without a secret: neither of the old text nor of the new one, nor what a comment may hold of one. */
export function redactedDiff(name: string, before: string, after: string, schemas: Schemas): string {
  const old = new Set<string>()
  const from = redactedText(before, schemas, (value) => {
    old.add(value)
    return REDACTED
  })
  const to = redactedText(after, schemas, (value) => (old.has(value) ? REDACTED : NEW))
  if (from === to) return ''
  const text = createTwoFilesPatch(name, name, from, to, undefined, undefined, { context: 3 })
  return text.replace(/^Index: .*\n=+\n/, '').replace(/^(---|\+\+\+) (.*)\t$/gm, '$1 $2')
}

/** The source as it may be shown. `mask` is what stands for a secret. */
function redactedText(text: string, schemas: Schemas, mask: (value: string) => string): string {
  const { document, meaning } = parseYaml(text, new LineCounter(), [])
  const { written } = readSource(text, { env: new Proxy({}, { get: () => '' }), readFile: () => '' })
  const shown = redact([configSchema(schemas)], written ?? {})
  const splices = new Map<number, Splice>()
  const hide = (node: Node, now: unknown, seen: unknown): void => {
    if (now === seen) return
    if (isAlias(node)) {
      const meant = meaning.get(node)
      if (meant) hide(meant, now, seen)
    } else if (isMap(node) && isTree(seen)) {
      for (const { key, value } of node.items) {
        const name = String(isScalar(key) ? key.value : key)
        if (value) hide(value as Node, (now as Record<string, unknown>)[name], (seen as Record<string, unknown>)[name])
      }
    } else if (isSeq(node) && Array.isArray(seen))
      for (const [index, item] of node.items.entries()) hide(item as Node, (now as unknown[])[index], seen[index])
    else {
      const masked = mask(JSON.stringify(now))
      const from = node.range![0]
      splices.set(from, { from, to: endOf(node), text: flow(typeof seen === 'string' ? seen.replace(REDACTED, masked) : masked) })
    }
  }
  if (document?.contents) hide(document.contents as Node, written, shown)
  for (const comment of commentsOf(text)) if (!splices.has(comment.from)) splices.set(comment.from, comment)
  return spliced(text, 0, text.length, [...splices.values()])
}

const isTree = (value: unknown): value is object => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Comments in which something may be secret: an address, a value that was taken out, a long word of letters and digits. */
function commentsOf(text: string): Splice[] {
  const found: Splice[] = []
  let at = 0
  for (const lexeme of new Lexer().lex(text)) {
    // Marks of the lexer, which are not in the source.
    if (/^[\u0002\u0018\u001f]$/.test(lexeme)) continue
    if (lexeme.startsWith('#')) {
      const safe = lexeme
        .replace(/\S*:\/\/\S+/g, REDACTED)
        .replace(/((?:url|key|token|secret|password|pass|routing_key|bearer)\w*["']?\s*[:=]\s*)[^\s,}\]]+/gi, `$1${REDACTED}`)
        .replace(/[\w+/=.-]{16,}/g, (word) => (/\d/.test(word) && /[a-z]/i.test(word) ? REDACTED : word))
      if (safe !== lexeme) found.push({ from: at, to: at + lexeme.length, text: safe })
    }
    at += lexeme.length
  }
  return found
}
