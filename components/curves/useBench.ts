import { useMemo } from 'react'
import { Problem } from '@/components/frame/api.ts'
import type { CurvesView } from '@/lib/model/answers/curves.ts'
import type { TtlPolicyView } from '@/lib/model/answers/ttl.ts'
import { type LiveSettings, settableSize } from './change.ts'
import { partRows } from './partRows.ts'
import { type CurvePart, type CurvePoint, type CurvesQuestion, pointAt, questionOf } from './question.ts'
import { type Rule, ruleName } from './rule.ts'
import { roundSize, type Size, type SizeUnit, sizesOver } from './size.ts'
import { rangeWith, type SourceInfo } from './source.ts'
import { useCurves, useRested } from './useCurves.ts'
import type { LabState } from './useLabState.ts'

/** Sizes of one curve: between two of them the line is straight. Each is a simulation: 16 of a large trace take a few seconds. */
const CURVE_SIZES = 16

/** What the page asks, and what is known by now: both curves, and the marked size by itself, which is answered from more of the keys. */
export function useBench(
  info: SourceInfo,
  { source, mark: wanted, rule, against }: LabState,
  by: SizeUnit,
  policies: readonly TtlPolicyView[],
  can: LiveSettings['can'],
) {
  const mark: Size = wanted?.by === by ? wanted : { by, value: firstOf(info, by) }
  const size = settableSize(mark, can)
  const range = rangeWith(info.ranges[by]!, mark)
  const { low, high } = range
  const sizes = useMemo(() => sizesOver({ by, low, high }, CURVE_SIZES), [by, low, high])
  const ask = (of: Rule | null, at: number[], told?: string[]): CurvesQuestion | null =>
    source && of ? questionOf(source, of, by, at, told) : null
  const first = useCurves(useRested(ask(rule, sizes)))
  const second = useCurves(useRested(ask(against, sizes)))
  const rows = partRows(rule.parts, policies, first.data?.patterns ?? [])
  const marked = ask(
    rule,
    [size.value],
    rows.map(({ match }) => match),
  )
  const rested = useRested(marked)
  const one = useCurves(rested)

  const isExact = !one.isPlaceholderData && JSON.stringify(marked) === JSON.stringify(rested)
  const exact = (isExact && one.data?.points[0]) || null
  const points = first.data?.points ?? []
  const others = (against && second.data?.points) || []
  const point = exact ?? pointAt(points, by, mark.value)
  const other = against ? pointAt(others, by, mark.value) : null
  const answered = first.data?.present ?? one.data?.present
  // A point that could be computed stands also where the whole curve could not.
  const error = first.error ?? second.error ?? one.error
  const names = [ruleName(rule, info.policy), ...(against ? [ruleName(against, info.policy)] : [])]
  return {
    ...{ mark, size, range, point, exact, other, rows },
    noRowsBecause: rows.length > 0 ? null : noRowsBecause(first.data, error),
    parts: (one.data?.points[0]?.parts ?? []) as CurvePart[],
    presentParts: (one.data?.present?.parts ?? []) as CurvePart[],
    present: answered ? presentAt(answered, by) : null,
    match: source && 'target' in source ? source.match : '',
    curves: [
      { name: names[0]!, points },
      ...(against ? [{ name: names[1] === names[0] ? `${names[1]}, too` : names[1]!, points: others }] : []),
    ],
    answer: first.data ?? null,
    against: heldAgainst(other, answered),
    tooLittle: error instanceof Problem && error.code === 'too_little' ? error.detail : null,
    failed: error,
    isStale: first.isPlaceholderData || (against !== null && second.isPlaceholderData),
    isAsking: first.isFetching || second.isFetching || one.isFetching,
    again: () => {
      for (const query of [first, second, one]) if (query.isError) void query.refetch()
    },
  }
}

/** Why no pattern of keys is listed; null: nothing is known by now. */
function noRowsBecause(answer: CurvesView | undefined, error: Error | null): string | null {
  if (answer)
    return 'The references tell no patterns of keys. MONITOR and client/ tell them with each reference, and a trace that is uploaded with the text of its keys has them.'
  return error ? 'Patterns are told with the curve.' : null
}

const firstOf = (info: SourceInfo, by: SizeUnit) => (by === 'bytes' && info.live ? info.live : roundSize(info.first[by]!, by))

/** Where the live cache stands on the curve; null: it has no limit of memory. */
function presentAt({ keys, bytes, measured, model }: Present, by: SizeUnit) {
  const size = by === 'bytes' ? bytes : keys
  return size === null ? null : { size, measured, model }
}

type Present = NonNullable<CurvesView['present']>

/** A second curve where there is one; else what is measured of the live cache, where predictions begin. */
function heldAgainst(other: CurvePoint | null, present: Present | undefined): Held | null {
  if (other) return { name: 'the second', hitRatio: other.hitRatio, fills: other.fills }
  return present ? { name: 'the present', hitRatio: present.measured, fills: null } : null
}

/** What the marked cache is held against. `fills` null: not counted by the model. */
export type Held = { name: string; hitRatio: number; fills: number | null }
