import { CHANGE_RULES } from '../model/changeAlert.ts'
import { type Matcher, matcherText } from '../model/matcher.ts'
import { matcherFits } from '../model/matching.ts'
import type { Inhibition, QuietHours, Route } from '../model/notice.ts'
import { refText } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'
import type { Receiver } from './config.ts'
import type { Path } from './document.ts'
import { neverFitsBecause, requires } from './neverFitting.ts'
import { namesTarget } from './references.ts'
import type { FileData } from './schema.ts'

/** What there is to match. */
type Known = {
  targets: readonly string[]
  /** Of targets: each label's name with the values that it has. */
  labels: ReadonlyMap<string, readonly string[]>
  rings: readonly string[]
  ttls: readonly string[]
  /** Ids of all rules. */
  rules: readonly string[]
  settings: FileData['rules']
}
type Warn = (path: Path, text: string) => void

/** The labels that findings have. */
const LABELS = ['rule', 'severity', 'target', 'pool', 'server', 'key', 'ring', 'node']

/** Warns of routes, conditions and receivers that nothing can ever reach: nobody hears of a typing error at night. */
export function warnOfNeverMatching(routes: readonly Route[], receivers: readonly Receiver[], known: Known, warn: Warn): void {
  const reached = new Set<string>()
  for (const [index, route] of routes.entries()) {
    const at: Path = ['routes', index]
    const never = neverBecause(route.match, known, route.matchers)
    const before = routes.findIndex((other, place) => place < index && !other.continue && takesAllOf(other, route))
    if (never) warn([...at, neverBecause(route.match, known) ? 'match' : 'matchers'], `this route takes nothing: ${never}.`)
    else if (before >= 0) warn(at, `this route takes nothing: routes[${before}] takes all of it and does not say "continue: true".`)
    else for (const name of route.to) reached.add(name)
    for (const [place, inhibition] of route.inhibit.entries()) {
      const because = inhibitsNothing(inhibition, route, known)
      if (because) warn([...at, 'inhibit', place], `this holds nothing back: ${because}.`)
    }
    for (const [place, hours] of route.quiet.entries()) warnOfException([...at, 'quiet', place, 'but'], hours, route, known, warn)
  }
  for (const [index, { name }] of receivers.entries())
    if (!reached.has(name)) warn(['receivers', index], `no route sends to ${JSON.stringify(name)}; only tests reach it.`)
}

/** Why no finding has these labels, or null. */
function neverBecause(labels: Labels, known: Known, matchers: readonly Matcher[] = []): string | null {
  const { rule, target, ring } = labels
  const names = [...LABELS, ...known.labels.keys()]
  const strange = Object.keys(labels).find((name) => !names.includes(name))
  if (strange !== undefined) return `no finding has a label ${JSON.stringify(strange)}; there are ${names.join(', ')}`
  const unlabelled = Object.entries(labels).find(([name, value]) => known.labels.get(name)?.includes(value) === false)
  if (unlabelled) return `no target has the label ${unlabelled[0]}: ${unlabelled[1]}`
  if (rule !== undefined && !known.rules.includes(rule) && !CHANGE_RULES.includes(rule)) return `there is no rule ${JSON.stringify(rule)}`
  if (rule !== undefined && known.settings[rule]?.enabled === false) return `the rule ${rule} is switched off`
  if (target !== undefined && !isTarget(target, known)) return `there is no target ${JSON.stringify(target)}`
  if (ring !== undefined && !known.rings.includes(ring)) return `there is no ring ${JSON.stringify(ring)}`
  const [ofRing, ofTarget] = [
    ['ring', 'node'],
    ['target', 'pool', 'server', 'key'],
  ].map((names) => names.find((name) => name in labels || matchers.some((one) => one.label === name && requires(one))))
  if (ofRing && ofTarget) return `a finding about a ring has no ${ofTarget}`
  return matchers.length > 0 ? neverFitsBecause(labels, matchers, namesOf(known)) : null
}

/** What is discovered through a target is named after it; a change of a control document is one of `ring:NAME` or `ttl:NAME`. */
const isTarget = (name: string, { targets, rings, ttls }: Known): boolean =>
  namesTarget(name, targets) || rings.some((ring) => name === refText({ ring })) || ttls.some((ttl) => name === refText({ ttl }))

/** What conditions are held against: rules that can fire, and every name that a finding may say. */
const namesOf = ({ targets, labels, rings, ttls, rules, settings }: Known) => ({
  labels: [...LABELS, ...labels.keys()],
  ofTargets: labels,
  targets: [...targets, ...rings.map((ring) => refText({ ring })), ...ttls.map((ttl) => refText({ ttl }))],
  rings,
  rules: rules.filter((rule) => settings[rule]?.enabled !== false),
})

/** Whether a route takes everything that another would; `info` is taken by name alone. */
const takesAllOf = (first: Route, second: Route): boolean =>
  includes(second.match, first.match) &&
  (first.matchers ?? []).every((one) => implied(one, second)) &&
  (second.match.severity !== 'info' || first.match.severity === 'info')

function inhibitsNothing({ by, mute, equal }: Inhibition, { match }: Route, known: Known): string | null {
  const none = neverBecause(by, known) ?? neverBecause(mute, known)
  if (none) return none
  const other = contradiction(mute, match)
  if (other) return `the route takes only ${other}`
  if (includes(by, mute) && includes(mute, by)) return '"by" and "mute" are the same, and nothing holds back its own kind'
  const differs = equal.find((name) => name in by && name in mute && by[name] !== mute[name])
  return differs === undefined ? null : `"by" and "mute" differ in ${differs}, which is to be equal`
}

function warnOfException(path: Path, { but }: QuietHours, { match }: Route, known: Known, warn: Warn): void {
  if (but === null) return
  const never = neverBecause(but, known)
  const other = contradiction(but, match)
  if (never) warn(path, `this excepts nothing: ${never}.`)
  else if (other) warn(path, `this excepts nothing: the route takes only ${other}.`)
  else if (includes(match, but)) warn(path, 'this excepts all that the route takes: these quiet hours hold nothing back.')
}

/** Whether all that a route takes fits a condition: it has it too, or names a value that does. */
const implied = (condition: Matcher, { match, matchers = [] }: Route): boolean =>
  Object.hasOwn(match, condition.label)
    ? matcherFits(condition, match)
    : matchers.some((one) => matcherText(one) === matcherText(condition))

/** Whether all of `part` stands in `labels`. */
const includes = (labels: Labels, part: Labels): boolean => Object.entries(part).every(([name, value]) => labels[name] === value)

/** The label of the route that a condition contradicts. */
function contradiction(labels: Labels, match: Labels): string | null {
  const name = Object.keys(labels).find((label) => label in match && match[label] !== labels[label])
  return name === undefined ? null : `${name}: ${match[name]}`
}
