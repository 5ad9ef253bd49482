export type EtypeId = number
