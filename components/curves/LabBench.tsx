import { CurveChart } from '@/components/charts/CurveChart.tsx'
import { errorText, Problem } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { safe, text } from '@/lib/format/format.ts'
import { CurveTable } from './CurveTable.tsx'
import { type LiveSettings, stepsOf } from './change.ts'
import { MakeCacheChange } from './MakeCacheChange.tsx'
import { MarkFigures } from './MarkFigures.tsx'
import { MarkSlider } from './MarkSlider.tsx'
import { RuleFields } from './RuleFields.tsx'
import { AS_IT_IS } from './rule.ts'
import { roundSize, type SizeUnit } from './size.ts'
import type { SourceInfo } from './source.ts'
import { TextField } from './TextField.tsx'
import { TooLittle } from './TooLittle.tsx'
import { useBench } from './useBench.ts'
import type { LabState, PutLab } from './useLabState.ts'
import { curveWords, methodWords } from './words.ts'

type Props = { info: SourceInfo; live: LiveSettings; state: LabState; put: PutLab; unit: SizeUnit; toUpload: () => void }

const COLOURS = ['var(--series-1)', 'var(--series-2)'] as const

/** One source in the lab: its curve and a second one, the figures of the marked size, and the change that it would be. */
export function LabBench(props: Props) {
  const { info, live, state, put, unit, toUpload } = props
  const bench = useBench(info, state, unit)
  const { curves, mark, range, point, against, failed, tooLittle } = bench
  const unitOfChart = unit === 'bytes' ? 'bytes' : 'count'
  return (
    <>
      <Section
        title={`Hit ratio over ${unit === 'bytes' ? 'memory' : 'keys'}`}
        note={info.isTrace ? 'the trace replayed from an empty cache' : 'the steady state of the live cache'}
        actions={info.ranges.bytes && info.ranges.keys && <UnitSwitch unit={unit} info={info} put={put} />}
      >
        <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_18rem]">
          <div className="flex min-w-0 flex-col gap-3">
            {tooLittle !== null ? (
              <TooLittle because={tooLittle} lines={info.lines}>
                {unit === 'bytes' && info.ranges.keys && (
                  <Button onClick={() => put.mark({ by: 'keys', value: roundSize(info.first.keys!, 'keys') })}>Ask by keys</Button>
                )}
                {!info.isTrace && (
                  <Button busy={bench.isAsking} onClick={bench.again}>
                    Ask again
                  </Button>
                )}
                <Button onClick={toUpload}>Upload a trace of its requests</Button>
              </TooLittle>
            ) : failed ? (
              <Failure
                tried="The curve could not be computed."
                answer={errorText(failed)}
                todo={
                  !(failed instanceof Problem && failed.status === 404) && (
                    <Button busy={bench.isAsking} onClick={bench.again}>
                      Try again
                    </Button>
                  )
                }
              />
            ) : curves[0]!.points.length === 0 ? (
              <Skeleton className="h-[300px]" />
            ) : (
              <CurveChart
                label={curves.map(({ name, points }, at) => curveWords(name, points, unit, at === 0 ? point : null)).join(' ')}
                curves={curves.map(({ name, points }, at) => ({
                  name,
                  colour: COLOURS[at]!,
                  dashed: at > 0,
                  points: points.map((one) => ({
                    size: unit === 'bytes' ? one.bytes! : one.keys,
                    value: one.hitRatio,
                    low: one.low,
                    high: one.high,
                  })),
                }))}
                low={range.low}
                high={range.high}
                unit={unitOfChart}
                mark={{
                  size: mark.value,
                  dots: [point, bench.other].flatMap((one, at) => (one ? [{ value: one.hitRatio, colour: COLOURS[at]! }] : [])),
                }}
                present={bench.present ?? undefined}
                onMark={(size) => put.mark({ by: unit, value: roundSize(size, unit) })}
                stale={bench.isStale}
              />
            )}
            {tooLittle === null && <Legend names={curves.map(({ name }) => name)} />}
            <MarkSlider
              range={range}
              mark={mark}
              live={unit === 'bytes' ? info.live : null}
              words={point ? `hit ratio ${text(point.hitRatio, 'ratio')}` : ''}
              onMark={put.mark}
            />
            {(tooLittle === null || point !== null) && (
              <MarkFigures info={info} point={point} against={against} isPart={!info.isTrace && bench.match !== ''} />
            )}
            {bench.answer && (
              <p className="text-dim text-xs [overflow-wrap:anywhere]">
                <Sentence text={methodWords(bench.answer)} max={600} />
              </p>
            )}
            {bench.answer && <CurveTable curves={curves} by={unit} />}
          </div>
          <div className="flex min-w-0 flex-col gap-5">
            {!info.isTrace && (
              <TextField
                label="Keys"
                help="a glob, as session:*; empty: all"
                value={bench.match}
                placeholder="*"
                read={(typed) => (typed.length <= 1_000 ? { value: typed } : null)}
                wrong="at most 1000 characters"
                onChange={put.match}
              />
            )}
            <RuleFields
              title={<Swatch at={0}>This cache</Swatch>}
              prefix=""
              rule={state.rule}
              onChange={put.rule}
              own={{ policy: info.policy, samples: live.samples }}
              policies={info.policies}
            />
            {state.against ? (
              <div className="flex flex-col gap-3">
                <RuleFields
                  title={<Swatch at={1}>Beside it</Swatch>}
                  prefix="Beside it:"
                  rule={state.against}
                  onChange={put.against}
                  own={{ policy: info.policy, samples: live.samples }}
                  policies={info.policies}
                />
                <Button className="w-fit" onClick={() => put.against(null)}>
                  Leave out the second
                </Button>
              </div>
            ) : (
              <Button className="w-fit" onClick={() => put.against(AS_IT_IS)} hint="A second curve over the same sizes">
                Compare with another
              </Button>
            )}
          </div>
        </div>
      </Section>
      <MakeCacheChange
        made={
          info.isTrace
            ? { because: 'A trace has no server. Choose a cache above: the same policy and memory are asked of it.' }
            : stepsOf(info.name, live, state.rule, mark, bench.match)
        }
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
        { value: 'bytes', label: 'Memory', hint: 'maxmemory' },
        { value: 'keys', label: 'Keys', hint: 'How many keys fit' },
      ]}
    />
  )
}

const line = (at: number) => (
  <svg aria-hidden="true" width="16" height="4">
    <path d="M0 2h16" stroke={COLOURS[at]} strokeWidth="2" strokeDasharray={at > 0 ? '5 3' : undefined} />
  </svg>
)

const Swatch = ({ at, children }: { at: number; children: string }) => (
  <span className="flex items-center gap-2">
    {line(at)}
    {children}
  </span>
)

function Legend({ names }: { names: string[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 pl-[52px] text-dim text-xs max-sm:pl-0">
      {names.map((name, at) => (
        <li key={name} className="flex items-center gap-2">
          {line(at)}
          {safe(name, 80)}
        </li>
      ))}
      <li>the band holds 95 of 100 real servers</li>
    </ul>
  )
}
