'use client'
import { debounce, parseAsString, useQueryState } from 'nuqs'
import { useEffect, useMemo, useState } from 'react'
import { path, sayError } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { MakeChange } from '@/components/rings/MakeChange.tsx'
import { Outcome } from '@/components/rings/Outcome.tsx'
import { RingCircle } from '@/components/rings/RingCircle.tsx'
import { useCircles, useComparison, useQuestion, useSame, useThread } from '@/components/rings/useComparison.ts'
import { Button } from '@/components/ui/button.tsx'
import { CopyButton } from '@/components/ui/code.tsx'
import { Failure } from '@/components/ui/empty.tsx'
import { Field, Input, Segmented, Select } from '@/components/ui/field.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { safe, text } from '@/lib/format/format.ts'
import { EXAMPLE, missingSlots, slotsText, withAlgorithm } from '@/lib/lab/edit.ts'
import { EMPTY_LAB, type LabState, type LabTraffic, LINK_MAX, printOf, readLab, sameSpec, writeLab } from '@/lib/lab/link.ts'
import { problemOf } from '@/lib/lab/problem.ts'
import { sameNodes, solvable, solved } from '@/lib/lab/solve.ts'
import { type LabSource, partsOf, poolId, ringId, sourceOfDescription, sourceOfPool, sourceOfRing } from '@/lib/lab/source.ts'
import type { HotKeyView } from '@/lib/model/answers/key.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { RING_ALGORITHMS, type RingAlgorithm, type RingSpec } from '@/lib/model/ring.ts'
import type { SolverAnswer } from '@/lib/rings/solver.ts'
import { AsText } from './AsText.tsx'
import { Lookup } from './Lookup.tsx'
import { NodeEditor } from './NodeEditor.tsx'
import { Options } from './Options.tsx'

type Props = { rings: Page<RingView>; pools: Page<PoolView> }

const DESCRIBED = ''

/** A ring to play with: known or described, changed at will, and at once what would move. All of it is in the address. */
export function LabPage({ rings, pools }: Props) {
  const [link, setLink] = useQueryState('lab', parseAsString.withDefault('').withOptions({ scroll: false, limitUrlUpdates: debounce(150) }))
  /** What no address can hold. */
  const [large, setLarge] = useState<LabState | null>(null)
  // Back from what no address holds is a link again.
  const read = useMemo(() => (large !== null && link === '' ? large : readLab(link)), [large, link])
  /** Counts fresh starts, so that fields with a text of their own begin anew. */
  const [epoch, setEpoch] = useState(0)
  const put = (next: LabState, fresh = false) => {
    const written = writeLab(next)
    setLarge(written.length > LINK_MAX ? next : null)
    void setLink(written.length > LINK_MAX ? null : written || null, { history: fresh ? 'push' : 'replace' })
    if (fresh) setEpoch((count) => count + 1)
  }
  const known = useKnown(rings, pools, 'because' in read ? null : read.of)
  if ('because' in read)
    return (
      <>
        <PageHead title="Ring lab" />
        <Failure
          tried="This link does not open a ring."
          answer={`It cannot be read: ${safe(read.because, 200)}.`}
          todo={<Button onClick={() => put(EMPTY_LAB, true)}>Start anew</Button>}
        />
      </>
    )
  const first = read.before ? null : (read.of ?? known.ids[0] ?? null)
  const source = first === null ? sourceOfDescription(read.before ?? EXAMPLE, read.traffic) : known.find(first)
  return (
    <>
      <PageHead title="Ring lab" lead="What would move, before anything moves.">
        <Select
          aria-label="Ring"
          value={first ?? DESCRIBED}
          options={[...(first !== null && !known.ids.includes(first) ? [first] : []), ...known.ids]
            .map((id) => ({ value: id, label: safe(id, 80) }))
            .concat({ value: DESCRIBED, label: 'a described ring' })}
          onChange={({ target }) =>
            put(target.value === DESCRIBED ? { ...EMPTY_LAB, before: EXAMPLE } : { ...EMPTY_LAB, of: target.value }, true)
          }
          className="max-w-full"
        />
        <CopyLink link={large ? null : writeLab({ ...read, of: first, print: first !== null && source ? printOf(source.spec) : null })} />
      </PageHead>
      {source ? (
        <Bench key={`${first} ${epoch}`} state={read} source={source} put={put} large={large !== null && link === ''} />
      ) : (
        <Failure
          tried={`${safe(first!, 100)} is not there.`}
          answer={known.said ?? 'No ring or hashing pool of that name is known now.'}
          todo="Choose another one above."
        />
      )}
    </>
  )
}

/** Rings and hashing pools, kept fresh; one that stands beyond the lists' first pages is asked for by itself. */
function useKnown(initialRings: Page<RingView>, initialPools: Page<PoolView>, of: string | null) {
  const rings = usePages<RingView>(['rings'], 'rings', { initialData: initialRings, all: true })
  const pools = usePages<PoolView>(['pools'], 'pools', { initialData: initialPools, all: true })
  const targets = usePages<TargetView>(['targets'], 'targets', { everyMs: 5_000, all: true })
  const { data: hot } = useApi<Page<HotKeyView>>(['keys', 'hot'], 'keys/hot', { everyMs: 5_000 })
  const listed = (id: string) => rings.items.some((ring) => ringId(ring) === id) || pools.items.some((pool) => poolId(pool) === id)
  const parts = of === null || listed(of) ? null : partsOf(of)
  const ring = parts && 'ring' in parts ? parts.ring : null
  const pool = parts && 'pool' in parts ? parts : null
  const oneRing = useApi<RingView>(['rings', ring], path`rings/${ring ?? ''}`, { enabled: ring !== null })
  const onePool = useApi<PoolView>(['pools', pool?.target, pool?.pool], path`pools/${pool?.target ?? ''}/${pool?.pool ?? ''}`, {
    enabled: pool !== null,
  })
  const allRings = ring !== null && oneRing.data ? [...rings.items, oneRing.data] : rings.items
  const allPools = pool !== null && onePool.data ? [...pools.items, onePool.data] : pools.items
  const failed = (ring !== null && oneRing.error) || (pool !== null && onePool.error)
  return {
    ids: [...rings.items.map(ringId), ...pools.items.filter((pool) => pool.ring).map(poolId)],
    said: failed ? sayError(failed) : parts ? 'It is being asked for.' : null,
    find(id: string): LabSource | null {
      const ring = allRings.find((one) => ringId(one) === id)
      if (ring) return sourceOfRing(ring, hot?.items ?? [], targets?.items ?? [])
      const pool = allPools.find((one) => poolId(one) === id)
      return pool ? sourceOfPool(pool, targets?.items ?? []) : null
    },
  }
}

function CopyLink({ link }: { link: string | null }) {
  const [origin, setOrigin] = useState('')
  useEffect(() => setOrigin(window.location.origin), [])
  return link === null ? null : <CopyButton label="Copy link" text={`${origin}/lab${link ? `?lab=${encodeURIComponent(link)}` : ''}`} />
}

type BenchProps = { state: LabState; source: LabSource; put: (next: LabState, fresh?: boolean) => void; large: boolean }

/** The ring on the bench: circle, nodes, outcome, look-ups. */
function Bench({ state, source: freshSource, put, large }: BenchProps) {
  const source = useSame(freshSource)
  const described = source.id === null
  const href = hrefOf(source)
  const [side, setSide] = useState<'now' | 'then'>(described && !state.after ? 'now' : 'then')
  const ask = useThread()
  const [solving, setSolving] = useState(false)
  const [said, setSaid] = useState<SolverAnswer | string | null>(null)
  const [lit, setLit] = useState<string | null>(null)
  const before = source.spec
  const after = useSame(state.after ?? before)
  const editing = described && side === 'now' ? before : after
  const changed = state.after !== null && !sameSpec(before, state.after)

  const evened = (spec: RingSpec) => (sameSpec(spec, before) ? null : spec)
  const keep = (next: Partial<LabState>) =>
    put({ ...state, of: source.id, print: described ? null : printOf(before), before: described ? before : null, ...next })
  const edit = (spec: RingSpec) => {
    setSaid(null)
    if (described && side === 'now') keep({ before: spec })
    else keep({ after: evened(spec) })
  }

  const [beforePrint, afterPrint] = [JSON.stringify(before), JSON.stringify(after)]
  const wrongBefore = useMemo(() => problemOf(JSON.parse(beforePrint)), [beforePrint])
  const wrongAfter = useMemo(() => problemOf(JSON.parse(afterPrint)), [afterPrint])
  const asked = useQuestion(source, wrongAfter ? before : after, state.keys)
  const question = wrongBefore ? null : asked
  const { compared, of, because, busy } = useComparison(question, ask)
  const circles = useCircles(compared, of)
  // While a large ring is computed, what was computed last stands there whole: its figures, its steps, its button.
  const shown = of?.is === 'compare' ? of.after : after
  const fine = compared !== null && !wrongAfter && !wrongBefore

  const solve = () => {
    if (!compared) return
    setSolving(true)
    ask({ is: 'solve', question: solvable(source, after, compared) })
      .then((found) => {
        if (found.is !== 'solve') return
        setSaid(found.answer)
        if (found.answer.is === 'solved') keep({ after: evened(solved(sameNodes(before, after) ? before : after, found.answer)) })
        setSide('then')
      })
      .catch((error) => setSaid(sayError(error)))
      .finally(() => setSolving(false))
  }
  const namesPrint = JSON.stringify([...new Set([...before.nodes, ...after.nodes].map(({ name }) => name))])
  const names = useMemo<string[]>(() => JSON.parse(namesPrint), [namesPrint])
  const problem = described && side === 'now' ? wrongBefore : wrongAfter
  const other = described && side === 'now' ? wrongAfter : wrongBefore
  return (
    <>
      {state.print !== null && changed && state.print !== printOf(before) && (
        <p className="px-4 py-1 text-sm text-warning-text">
          The ring is not as it was when this link was made: the edit is shown against how it is now.
        </p>
      )}
      {large && (
        <p className="px-4 py-1 text-sm text-warning-text">
          This ring is too large for an address: share it by “As text”. It is gone when the page is left.
        </p>
      )}
      <Section
        title={
          href !== null ? (
            <Go href={href} className={linkLook}>
              {safe(source.title, 80)}
            </Go>
          ) : (
            'A described ring'
          )
        }
        note={
          changed
            ? 'as you changed it; nothing is written'
            : described
              ? 'nobody’s ring: describe it, then change it'
              : 'change anything to see what would move'
        }
        actions={
          <span className="flex flex-wrap gap-2">
            <Button
              look={changed ? 'plain' : 'primary'}
              onClick={solve}
              busy={solving}
              disabledBecause={
                !fine
                  ? 'The ring must be right first.'
                  : after.algorithm === 'redis-cluster' && 'Slots are given out by hand; a cluster has no weights.'
              }
              hint="Evens the shares while the fewest keys change hands"
            >
              {solving ? 'Solving…' : 'Solve'}
            </Button>
            <Button
              onClick={() => {
                setSaid(null)
                keep({ after: null })
              }}
              disabledBecause={state.after === null && 'Nothing is changed.'}
            >
              Reset
            </Button>
            <AsText spec={editing} onChange={edit} />
            {!described && (
              <Button
                hint="The same ring as nobody’s, to change without limits"
                onClick={() => put({ ...EMPTY_LAB, before: after, traffic: trafficOf(source) }, true)}
              >
                Describe anew
              </Button>
            )}
          </span>
        }
      >
        <div className="grid items-start gap-6 lg:grid-cols-[260px_minmax(0,1fr)]">
          <div className={`flex flex-col items-center gap-2 ${busy ? 'opacity-60' : ''}`} aria-busy={busy}>
            {compared && circles ? (
              <RingCircle
                now={circles.before}
                then={changed && fine ? circles.after : undefined}
                label={`${compared.seenBefore ? `of the ${source.unit}` : 'of the keys'}${changed && fine ? ', then' : ''}`}
                factor={changed && fine ? compared.imbalanceAfter : compared.imbalanceBefore}
                lit={lit}
              />
            ) : (
              <div className="flex size-65 items-center justify-center rounded-full border border-line border-dashed text-dim text-sm">
                {busy ? 'computing' : 'no ring yet'}
              </div>
            )}
            {changed && fine && <p className="text-dim text-xs">outside as it is, inside as it would be</p>}
            <Balance changed={changed && fine} compared={compared} unit={source.unit} />
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
              {described && (
                <Field label="Edit" help="both sides can be changed">
                  {(props) => (
                    <div {...{ id: props.id }}>
                      <Segmented
                        label="Side that is edited"
                        value={side}
                        onChange={setSide}
                        options={[
                          { value: 'now', label: 'As it is' },
                          { value: 'then', label: 'As it would be' },
                        ]}
                      />
                    </div>
                  )}
                </Field>
              )}
              <Field
                label="Algorithm"
                help={changed && before.algorithm !== after.algorithm ? `now ${before.algorithm}` : 'as the program computes it'}
              >
                {(props) => (
                  <Select
                    {...props}
                    options={RING_ALGORITHMS}
                    value={editing.algorithm}
                    onChange={({ target }) => edit(withAlgorithm(editing, target.value as RingAlgorithm))}
                  />
                )}
              </Field>
              <Options spec={editing} onChange={edit} problem={problem} />
              {described && <TrafficFields traffic={state.traffic} onChange={(traffic) => keep({ traffic })} />}
            </div>
            <p aria-live="polite" className="text-sm empty:hidden">
              {said !== null && sayAnswer(said, source.unit)}
            </p>
            {problem && problem.node === null && !(problem.field && editing.options && problem.field in editing.options) && (
              <p role="alert" className="text-critical-text text-sm">
                {safe(problem.because, 300)}
              </p>
            )}
            {other && state.after && (
              <p role="alert" className="text-critical-text text-sm">
                {described && side === 'now' ? 'As it would be' : 'As it is'}: {safe(other.because, 300)}
              </p>
            )}
            {because && (
              <p role="alert" className="text-critical-text text-sm">
                {safe(because, 300)}
              </p>
            )}
            <NodeEditor
              spec={editing}
              onChange={edit}
              problem={problem}
              names={names}
              unit={described ? null : source.unit}
              onLight={setLit}
              changed={changed && fine}
              shares={(name) => ({
                owned: compared?.ownedBefore.get(name),
                ownedAfter: compared?.ownedAfter.get(name),
                seen: compared?.seenBefore?.get(name),
                seenAfter: compared?.seenAfter?.get(name),
              })}
            />
            {fine && <Unowned spec={editing} shares={described && side === 'now' ? compared.ownedBefore : compared.ownedAfter} />}
            {!described && !source.seen && (
              <p className="text-dim text-sm">
                The {source.unit} of every node must be seen before shares by traffic can be told; until then the keys alone count.
              </p>
            )}
          </div>
        </div>
      </Section>
      {changed && fine && (
        <Section title="What it would do">
          <div className="grid gap-6 lg:grid-cols-2">
            <Outcome source={source} after={shown} compared={compared} />
            <MakeChange source={source} after={shown} compared={compared} />
          </div>
        </Section>
      )}
      <Section title="Look up keys">
        <Lookup
          keys={state.keys}
          onChange={(keys) => keep({ keys })}
          found={fine ? compared.found : []}
          changed={changed}
          popular={source.popular}
        />
      </Section>
    </>
  )
}

/** The page of the ring or pool itself. */
function hrefOf({ setBy }: LabSource): string | null {
  if (setBy === null) return null
  return setBy.is === 'ring' ? path`/rings/${setBy.name}` : path`/pools/${setBy.target}/${setBy.name}`
}

/** Keys that no node owns: slots that were not given out, or nodes that are out where no other takes over. */
function Unowned({ spec, shares }: { spec: RingSpec; shares: ReadonlyMap<string, number> }) {
  const nobody = 1 - [...shares.values()].reduce((sum, share) => sum + share, 0)
  if (nobody < 0.0005) return null
  const slots = spec.algorithm === 'redis-cluster' ? slotsText(missingSlots(spec)) : ''
  return (
    <p className="text-sm [overflow-wrap:anywhere]">
      <Status tone="warning">{text(nobody, 'ratio')} of the keys are nobody’s</Status>
      {slots && <span className="text-dim">: slots {safe(slots, 200)} are not given out</span>}
    </p>
  )
}

const trafficOf = ({ perSecond, hitRatio, items }: LabSource): LabTraffic => ({
  ...(perSecond !== null && { reads: Math.round(perSecond * 10) / 10 }),
  ...(hitRatio !== null && { hits: Math.round(hitRatio * 1000) / 1000 }),
  ...(items !== null && { items }),
})

/** max over mean, of the keys and of the traffic, now and then. */
function Balance({ compared, changed, unit }: { compared: ReturnType<typeof useComparison>['compared']; changed: boolean; unit: string }) {
  if (!compared) return null
  const rows = [
    ['of the keys', compared.imbalanceOwnedBefore, compared.imbalanceOwnedAfter],
    ...(compared.seenBefore ? [[`of the ${unit}`, compared.imbalanceBefore, compared.imbalanceAfter] as const] : []),
  ] as const
  return (
    <dl className="grid grid-cols-[auto_auto] gap-x-3 text-sm">
      {rows.map(([label, before, then]) => (
        <div key={label} className="contents">
          <dt className="text-dim">max over mean {label}</dt>
          <dd className="num">
            {changed && <span className="text-dim">{text(before, 'factor')} → </span>}
            {text(changed ? then : before, 'factor')}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Traffic of a ring that nobody watches, as far as it is known: it makes the cost of a move come out. */
function TrafficFields({ traffic, onChange }: { traffic: LabTraffic; onChange: (traffic: LabTraffic) => void }) {
  const set = (name: keyof LabTraffic, value: number, most: number) => {
    const { [name]: _, ...rest } = traffic
    onChange(Number.isFinite(value) ? { ...rest, [name]: Math.min(most, Math.max(0, value)) } : rest)
  }
  const fields = [
    { name: 'reads', label: 'Reads a second', scale: 1, most: 1e9 },
    { name: 'hits', label: 'Hit ratio, %', scale: 100, most: 1 },
    { name: 'items', label: 'Keys held', scale: 1, most: 1e12 },
  ] as const
  return fields.map(({ name, label, scale, most }) => (
    <Field key={name} label={label} help="for cold misses">
      {(props) => (
        <Input
          {...props}
          type="number"
          min={0}
          step="any"
          placeholder="unknown"
          value={traffic[name] === undefined ? '' : Math.round(traffic[name] * scale * 1e6) / 1e6}
          onChange={({ target }) => set(name, target.valueAsNumber / scale, most)}
          className="w-28 text-right tabular"
        />
      )}
    </Field>
  ))
}

function sayAnswer(answer: SolverAnswer | string, unit: string): string {
  if (typeof answer === 'string') return answer
  if (answer.is === 'floor') return `No setting evens this ring below ${text(answer.floor, 'factor')}: ${answer.because}.`
  const steps = answer.nodes.filter(({ before, after }) => before !== after).length
  if (steps === 0) return `It is even as it is: ${text(answer.imbalance.before, 'factor')}.`
  return `${answer.reached ? 'Solved' : 'As near as these settings come'}: ${text(answer.imbalance.before, 'factor')} → ${text(answer.imbalance.after, 'factor')}, ${text(answer.moved, 'ratio')} of the ${unit} move; ${text(answer.leastMoved, 'ratio')} is the least that any ring would have to move.${answer.because ? ` Not further: ${answer.because}.` : ''}`
}
