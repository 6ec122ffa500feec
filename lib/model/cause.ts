/** Where the effect of a cause shows. */
export type Along =
  /** On the same thing, or one is a part of the other: a server and its pool, a pool and its balancer, a node and its ring. */
  | 'same'
  /** The effect's tier calls that of the cause, through however many tiers between. */
  | 'behind'
  /** The cause's tier calls that of the effect. */
  | 'before'
  /** Both share a load: servers of one pool, nodes of one ring or cluster, a primary and its replicas. */
  | 'beside'

/** A causal rule: which finding can bring about which, along which edge and within which time. What may follow, not what must. */
export type CauseRule = {
  /** Ids of rules. */
  cause: string
  effect: string
  along: Along
  /** The effect is found within this time of the beginning of the cause; where it is `lasting`, of its end. */
  withinMs: number
  lasting?: true
  /** One time to live later: what was written together ends together. `withinMs` is the tolerance. */
  echo?: true
  /** How the one brings about the other, in the middle of a sentence. */
  how: string
}

/** A rule that finds what something else has brought about: where that is not found, the cause is not known. `whole`: only of a whole pool, not of one of its servers. */
export type Symptom = { rule: string; whole?: true }

/** What is declared of causes and effects. */
export type Causality = { rules: readonly CauseRule[]; symptoms: readonly Symptom[] }
