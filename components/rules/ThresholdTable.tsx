import { Table } from '@/components/ui/table.tsx'
import type { ThresholdView } from '@/lib/model/answers/rule.ts'

/** The settings of a rule: the value in force, the default and its reason. */
export function ThresholdTable({ thresholds }: { thresholds: ThresholdView[] }) {
  return (
    <Table
      label="Thresholds"
      rows={thresholds}
      rowKey={({ name }) => name}
      columns={[
        { id: 'name', head: 'Setting', cell: ({ name }) => <code className="font-mono text-xs">{name}</code> },
        {
          id: 'value',
          head: 'Value',
          right: true,
          cell: ({ value, set }) => <span className={set ? 'font-medium text-warning-text' : ''}>{value}</span>,
        },
        { id: 'default', head: 'Default', right: true, from: 'sm', cell: (one) => <span className="text-dim">{one.default}</span> },
        { id: 'why', head: 'Reason of the default', grow: true, cell: ({ why }) => why },
      ]}
    />
  )
}
