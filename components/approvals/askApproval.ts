import { errorText, Problem, post } from '@/components/frame/api.ts'
import { toast } from '@/components/ui/toast.tsx'
import type { ApprovalView } from '@/lib/model/answers/approval.ts'

type Asked =
  | { proposal: string; group?: boolean }
  | { steps: { setting: { target: string; name: string }; after: string }[]; because: string }

/** Asks a second person, and says where the request stands. */
export async function askApproval(asked: Asked): Promise<void> {
  try {
    await post<ApprovalView>('approvals', asked)
    toast.success('Another person has been asked for their approval', { description: 'The request stands on the page Changes.' })
  } catch (error) {
    toast.error('Not asked', { description: errorText(error) })
  }
}

/** Tells why something was not applied; where a second person has to approve it first, with the way to ask for that. */
export function tellRefusal(error: unknown, title: string, asked: Asked): void {
  const needed = error instanceof Problem && error.code === 'approval_needed'
  toast.error(needed ? 'A second person has to approve it: nothing was written' : title, {
    description: errorText(error),
    ...(needed && { duration: 20_000, action: { label: 'Ask for approval', onClick: () => void askApproval(asked) } }),
  })
}
