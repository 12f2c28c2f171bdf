// The API's models by their names; everything comes from the generated document.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Ticket = Schemas['PromotionRequest'];
export type Passkey = Schemas['ShownPasskey'];
export type MadePasskey = Schemas['MadePasskey'];
export type PasskeyBody = Schemas['PasskeyBody'];
export type PasskeyOptions = Schemas['PasskeyOptions'];
export type PasskeyChallenge = Schemas['PasskeyChallenge'];
export type DecisionChallenge = Schemas['DecisionChallenge'];
export type Assertion = Schemas['Assertion'];
export type PasskeyAnswer = Schemas['PasskeyAnswer'];
export type State = Schemas['State'];
export type Action = Schemas['Action'];
export type Impact = Schemas['Impact'];
export type TargetType = Schemas['TargetType'];
export type HistoryEntry = Schemas['HistoryEntry'];
export type Permission = Schemas['Permission'];
export type Permissions = Schemas['Permissions'];
export type Contract = Schemas['ContractShown'];
export type NotCompared = Schemas['NotCompared'];
export type Difference = Schemas['Difference'];
export type Comparison = Schemas['Comparison'];
export type Direction = Comparison['direction'];
export type OpenRequest = Comparison['others'][number];
export type Line = Schemas['Line'];
export type Closed = Schemas['Closed'];
export type RuledRequest = Schemas['RuledRequest'];
export type VoteCount = Schemas['VoteCount'];
export type FreezeTime = Schemas['ShownFreeze'];
export type Commit = Schemas['Commit'];
export type Remark = Schemas['Remark'];
export type RemarkKind = Remark['kind'];
export type Statistics = Schemas['Statistics'];
export type Creation = Schemas['CreatePromotionRequest'];
export type Standard = Schemas['StandardShown'];
export type Checked = Schemas['Checked'];
export type Announced = Schemas['Announced'];
export type TicketEvent = Schemas['TicketEvent'];
export type KnownTarget = Schemas['KnownTarget'];
export type TargetVersion = Schemas['TargetVersion'];
export type TargetDetail = Schemas['TargetDetail'];
export type TenantDetail = Schemas['TenantDetail'];
export type TargetQueue = Schemas['TargetQueue'];
export type QueuedRequest = Schemas['QueuedRequest'];
export type BrowserBody = Schemas['BrowserBody'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditAction = Schemas['AuditAction'];
export type AuditOutcome = Schemas['Outcome'];
export type Report = Schemas['ShownReport'];
export type ReportPart = Schemas['ShownPart'];
export type ReportOrder = Schemas['OrderBody'];
export type Me = Schemas['Me'];
export type Preferences = Schemas['Preferences'];
export type Snooze = Schemas['Snooze'];
export type ConsoleSettings = Schemas['Console'];
export type Insights = Schemas['Insights'];
export type Figures = Schemas['Figures'];
export type FiguresPart = Schemas['Part'];
export type Duration = Schemas['Duration'];
export type Problem = Schemas['Problem'];
export type DocumentKind = Schemas['DocumentKind'];
export type DocumentFormat = Schemas['DocumentFormat'];
export type DocumentLanguage = Schemas['Language'];
export type Template = Schemas['TemplateDetail'];
export type TemplateFiles = Template['files'];
export type TrialReport = Schemas['TrialReport'];
export type RefusalKind = Schemas['FieldProblem']['kind'];

export const STATES = [
  'pending',
  'approved',
  'deploying',
  'verifying',
  'deployed',
  'failed',
  'rejected',
  'cancelled',
  'expired',
  'superseded',
] as const satisfies readonly State[];
export const TYPES = ['api', 'application', 'policy'] as const satisfies readonly TargetType[];
export const IMPACTS = ['low', 'medium', 'high', 'critical'] as const satisfies readonly Impact[];

/** What the decisions on a request are called, in the addresses that take them. */
export const DECISIONS = [
  'approve',
  'unendorse',
  'reject',
  'cancel',
  'retry',
  'hold',
  'release',
  'emergency',
  'ratify',
  'refute',
] as const;
export type Decision = (typeof DECISIONS)[number];

export const DOCUMENT_KINDS = [
  'evidence-pack',
  'monthly-report',
  'change-register',
] as const satisfies readonly DocumentKind[];
export const DOCUMENT_FORMATS = ['pdf', 'html', 'xlsx'] as const satisfies readonly DocumentFormat[];
export const TEMPLATE_FILES = ['document.html.j2', 'document.typ.j2', 'workbook.yaml', 'words.yaml'] as const;
