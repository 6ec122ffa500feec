'use client'
import { Download, Maximize2, Table2 } from 'lucide-react'
import { Button } from '@/components/ui/button.tsx'
import { Menu } from '@/components/ui/menu.tsx'

type Props = {
  asTable: boolean
  onTable: () => void
  onEnlarge: () => void
  onCsv: () => void
  onPng: () => void
  /** Nothing is measured: there is nothing to enlarge. */
  empty: boolean
}

/** The buttons of a chart: seen under the pointer and the focus. */
export function ChartTools({ asTable, onTable, onEnlarge, onCsv, onPng, empty }: Props) {
  return (
    <span className="ml-auto flex opacity-0 transition-opacity focus-within:opacity-100 group-focus-within/chart:opacity-100 group-hover/chart:opacity-100 max-sm:hidden">
      <Button
        look="ghost"
        size="icon"
        aria-label="Enlarge"
        hint="Enlarge"
        disabledBecause={empty && 'Nothing has been measured in this stretch of time.'}
        onClick={onEnlarge}
      >
        <Maximize2 size={14} aria-hidden />
      </Button>
      <Button look="ghost" size="icon" aria-label="Read as a table" aria-pressed={asTable} hint="As a table (t)" onClick={onTable}>
        <Table2 size={14} aria-hidden />
      </Button>
      <Menu
        items={[
          { label: 'CSV', onSelect: onCsv },
          { label: 'PNG', onSelect: onPng },
        ]}
      >
        <Button look="ghost" size="icon" aria-label="Download">
          <Download size={14} aria-hidden />
        </Button>
      </Menu>
    </span>
  )
}
