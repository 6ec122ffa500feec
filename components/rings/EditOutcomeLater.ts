import { later } from '@/components/ui/later.tsx'

/** `EditOutcome`, its script loaded with the first edit: most look at a ring as it is. */
export const EditOutcomeLater = later(() => import('./EditOutcome.tsx').then(({ EditOutcome }) => EditOutcome))
