import { CurveChart } from '@/components/charts/CurveChart.tsx'
import { errorText, Problem } from '@/components/frame/api.ts'
import { Button } from '@/components/ui/button.tsx'
import { Failure, Skeleton } from '@/components/ui/empty.tsx'
import { CURVE_COLOURS } from './Swatch.tsx'
import { roundSize, type SizeUnit } from './size.ts'
import type { SourceInfo } from './source.ts'
import { TooLittle } from './TooLittle.tsx'
import type { useBench } from './useBench.ts'
import type { PutLab } from './useLabState.ts'
import { curveWords } from './words.ts'

type Bench = ReturnType<typeof useBench>
type Props = { bench: Bench; info: SourceInfo; put: PutLab; unit: SizeUnit; toUpload: () => void }

/** The curve of the lab, or what stands in its place: what is missing for one, why it could not be computed, that it is awaited. */
export function BenchCurve({ bench, info, put, unit, toUpload }: Props) {
  const { tooLittle, failed, curves } = bench
  if (tooLittle !== null)
    return (
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
    )
  if (failed)
    return (
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
    )
  if (curves[0]!.points.length === 0) return <Skeleton className="h-[300px]" />
  return <Drawn bench={bench} put={put} unit={unit} />
}

function Drawn({ bench, put, unit }: Pick<Props, 'bench' | 'put' | 'unit'>) {
  const { curves, range, mark, point, other } = bench
  return (
    <CurveChart
      label={curves.map(({ name, points }, at) => curveWords(name, points, unit, at === 0 ? point : null)).join(' ')}
      curves={curves.map(({ name, points }, at) => ({
        name,
        colour: CURVE_COLOURS[at]!,
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
      unit={unit === 'bytes' ? 'bytes' : 'count'}
      mark={{
        size: mark.value,
        dots: [point, other].flatMap((one, at) => (one ? [{ value: one.hitRatio, colour: CURVE_COLOURS[at]! }] : [])),
      }}
      present={bench.present ?? undefined}
      onMark={(size) => put.mark({ by: unit, value: roundSize(size, unit) })}
      stale={bench.isStale}
    />
  )
}
