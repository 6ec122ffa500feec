'use client'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { noAdminBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { later } from '@/components/ui/later.tsx'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { EDIT_TABS } from './editTabs.ts'

const EditSheet = later(() => import('./EditSheet.tsx').then(({ EditSheet }) => EditSheet))

/** Opens the receivers and routes of the configuration for an edit; what is open stands in the address. */
export function EditButton() {
  const { data: frame } = useApi<FrameView>(['frame'], 'frame')
  const [edit, open] = useQueryState('edit', parseAsStringLiteral(EDIT_TABS))
  const because = noAdminBecause(frame)
  return (
    <>
      <Button onClick={() => void open('receivers')} disabledBecause={because}>
        Edit receivers and routes
      </Button>
      {edit && frame && !because && <EditSheet tab={edit} onTab={(tab) => void open(tab)} onClose={() => void open(null)} />}
    </>
  )
}
