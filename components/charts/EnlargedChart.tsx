'use client'
import { useState } from 'react'
import { Skeleton } from '@/components/ui/empty.tsx'
import { later } from '@/components/ui/later.tsx'
import { Sheet } from '@/components/ui/sheet.tsx'
import type { ChartContent, DrawnSeries } from './chart.ts'
import { rowsOf } from './geometry.ts'
import { Legend } from './Legend.tsx'

const BigChart = later(() => import('./BigChart.tsx').then(({ BigChart }) => BigChart), <Skeleton className="h-[460px]" />)

export type Enlarged = ChartContent & { series: readonly DrawnSeries[] }

/** The sheet with one chart over the whole width. It shows what was measured when it was opened, so that it holds still while it is read. */
export function EnlargedChart({ series, onClose, ...content }: Enlarged & { onClose: () => void }) {
  const [alone, setAlone] = useState<string | null>(null)
  return (
    <Sheet wide title={content.title} lead="As measured when it was opened. Drag the handles below the chart to zoom." onClose={onClose}>
      <BigChart
        {...content}
        series={alone === null ? series : series.filter(({ name }) => name === alone)}
        rows={rowsOf(series, content.stepMs)}
      />
      {series.length > 1 && <Legend series={series} alone={alone} onAlone={setAlone} />}
    </Sheet>
  )
}
