import { usePages } from '@/components/frame/usePages.ts'
import { Section } from '@/components/ui/page.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { text } from '@/lib/format/format.ts'
import type { TtlPolicyView } from '@/lib/model/answers/ttl.ts'
import { BenchCurve } from './BenchCurve.tsx'
import { BenchRules } from './BenchRules.tsx'
import { CurveTable } from './CurveTable.tsx'
import { type LiveSettings, stepsOf } from './change.ts'
import { MakeCacheChange } from './MakeCacheChange.tsx'
import { MarkFigures } from './MarkFigures.tsx'
import { MarkSlider } from './MarkSlider.tsx'
import { PartRows } from './PartRows.tsx'
import { withPart } from './partRows.ts'
import { CurveLegend } from './Swatch.tsx'
import { roundSize, type SizeUnit } from './size.ts'
import type { SourceInfo } from './source.ts'
import { useBench } from './useBench.ts'
import type { LabState, PutLab } from './useLabState.ts'
import { methodWords } from './words.ts'

type Props = { info: SourceInfo; live: LiveSettings; state: LabState; put: PutLab; unit: SizeUnit; toUpload: () => void }

const TRACE_HAS_NO_SERVER = 'A trace has no server. Choose a cache above: the same policy and memory are asked of it.'

/** One source in the lab: its curve and a second one, the figures of the marked size, those by pattern, and the change that it would be. */
export function LabBench({ info, live, state, put, unit, toUpload }: Props) {
  const policies = usePages<TtlPolicyView>(['ttls'], 'ttls', { everyMs: 30_000, all: true, enabled: !info.isTrace }).items
  const bench = useBench(info, state, unit, policies, live.can)
  const { mark, size, point, tooLittle } = bench
  return (
    <>
      <Section
        title={`Hit ratio over ${unit === 'bytes' ? 'memory' : 'keys'}`}
        note={info.isTrace ? 'the trace replayed from an empty cache' : 'the steady state of the live cache'}
        actions={info.ranges.bytes && info.ranges.keys && <UnitSwitch unit={unit} info={info} put={put} />}
      >
        <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_18rem]">
          <div className="flex min-w-0 flex-col gap-3">
            <BenchCurve bench={bench} info={info} put={put} unit={unit} toUpload={toUpload} />
            {tooLittle === null && <CurveLegend names={bench.curves.map(({ name }) => name)} />}
            <MarkSlider
              range={bench.range}
              mark={mark}
              live={unit === 'bytes' ? info.live : null}
              words={point ? `hit ratio ${text(point.hitRatio, 'ratio')}` : ''}
              onMark={put.mark}
            />
            {(tooLittle === null || point !== null) && (
              <MarkFigures info={info} point={point} against={bench.against} isPart={!info.isTrace && bench.match !== ''} />
            )}
            {bench.answer && (
              <p className="text-dim text-xs [overflow-wrap:anywhere]">
                <Sentence text={methodWords(bench.answer)} max={600} />
              </p>
            )}
            {bench.answer && <CurveTable curves={bench.curves} by={unit} />}
          </div>
          <BenchRules info={info} live={live} state={state} put={put} match={bench.match} />
        </div>
      </Section>
      <PartRows
        info={info}
        rows={bench.rows}
        parts={bench.parts}
        present={bench.presentParts}
        none={bench.noRowsBecause}
        onChange={(match, ttl) => put.rule({ ...state.rule, parts: withPart(state.rule.parts, match, ttl) })}
      />
      <MakeCacheChange
        made={info.isTrace ? { because: TRACE_HAS_NO_SERVER } : stepsOf(info.name, live, state.rule, size, bench.match, policies)}
        rule={state.rule}
        point={bench.exact}
        tooLittle={bench.exact ? null : tooLittle}
      />
    </>
  )
}

function UnitSwitch({ unit, info, put }: { unit: SizeUnit; info: SourceInfo; put: PutLab }) {
  return (
    <Segmented
      label="Sizes"
      value={unit}
      onChange={(by) => put.mark({ by, value: roundSize(info.first[by]!, by) })}
      options={[
        { value: 'bytes', label: 'Memory', hint: 'The memory limit of the server' },
        { value: 'keys', label: 'Keys', hint: 'How many keys fit' },
      ]}
    />
  )
}
