import { type Alias, type Document, isAlias, type LineCounter, type Node, visit } from 'yaml'
import { yamlDocument } from '../format/yaml.ts'
import type { ConfigProblem } from './error.ts'

/** A file that is no YAML at all has one in every line. */
const PROBLEMS_MAX = 20

export type YamlText = { document: Document | null; meaning: ReadonlyMap<Alias, Node> }

/**
 * The document and what its aliases mean; no document where something is wrong with it. The parser's messages may quote the file, with a
 * password in it: the quotation is left out.
 */
export function parseYaml(text: string, lines: LineCounter, problems: ConfigProblem[]): YamlText {
  const deep = 'mappings and lists that are nested too deeply'
  try {
    const document = yamlDocument(text, lines)
    for (const { message, pos } of [...document.errors, ...document.warnings].slice(0, PROBLEMS_MAX)) {
      const tag = /\btag\b/i.test(message)
      problems.push({
        path: '',
        line: lines.linePos(pos[0]).line,
        // The parser is recursive, and its message names its own stack.
        found: /call stack/.test(message) ? deep : message.replace(/(?<! ):\s.*$/s, '').replace(/(escape sequence) .*$/s, '$1'),
        // A tag that nobody knows would leave the value without what the author meant.
        allowed: tag ? 'YAML without tags; a text that begins with ! stands in quotes' : 'YAML',
      })
    }
    return problems.length > 0 ? { document: null, meaning: new Map() } : { document, meaning: meanings(document) }
  } catch {
    problems.push({ path: '', found: deep, allowed: 'YAML' })
    return { document: null, meaning: new Map() }
  }
}

/** What each alias means: the newest anchor of its name above it. */
function meanings(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>()
  const found = new Map<Alias, Node>()
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const meant = anchors.get(node.source)
        if (meant) found.set(node, meant)
      } else if (node.anchor) anchors.set(node.anchor, node)
    },
  })
  return found
}
