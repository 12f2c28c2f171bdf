"""The simulated AWX itself: it makes jobs, lives them from pending to their end, cancels and relaunches them."""

import asyncio
import logging
import secrets
from collections import Counter
from datetime import datetime
from typing import Any

from demo.awx.directory import AwxDirectory
from demo.awx.grants import Playbook
from demo.awx.model import (
    PERSON,
    SERVICE_ID,
    Faults,
    Label,
    LifeFault,
    NotifyFault,
    SimulatedJob,
    SimulatorConfig,
    Template,
    User,
    now,
)
from demo.awx.notify import KIND_OF, Notifier
from demo.awx.policy import Policy
from demo.awx.store import Store

_LOG = logging.getLogger(__name__)

REAPED = "Task was marked as running but was not present in the job queue, so it has been marked as failed."
DEPENDENCY = 'Previous Task Failed: {"job_type": "project_update", "job_name": "Playbooks", "job_id": "9"}'
NO_CAPACITY = "This job is not ready to start because there is not enough available capacity."
OUTPUT = "\r\nPLAY [Deploy] ****\r\n\r\nTASK [Deploy {name} {version}] ****\r\n"
FAILED_OUTPUT = (
    "\x1b[0;31mfatal: [gateway-0001]: FAILED! => "
    '{"msg": "cannot reach the gateway", "token": "s3cret-token-value"}\x1b[0m\r\n'
)
FOR_EVER = 10.0**9


def _tell_fault(life: "asyncio.Task[None]") -> None:
    """Log what ended a job's life before its end: its job would stand still, and nobody know why."""
    if not life.cancelled() and (fault := life.exception()) is not None:
        _LOG.error("a job's life ended by a fault", exc_info=fault)


class Cluster:
    """State and clock of the simulator. Made at once, alive between `start` and `stop`."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.faults = Faults()
        self.service = User(id=SERVICE_ID, name=config.user)
        self._begin_anew()
        self.store = Store(config.state_file)
        self.launch_posts = 0
        self.requests: Counter[str] = Counter()
        self._notifier = Notifier(config)
        self.playbook = Playbook(config.grants.read_text(encoding="utf-8") if config.grants else None)
        self._policy = Policy(lambda: self.directory, config.policy_patience)
        self._lives: dict[int, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._turns: dict[int, asyncio.Lock] = {}
        self._woken: dict[int, asyncio.Event] = {}
        self._capacity = asyncio.Event()
        self._capacity.set()

    def _begin_anew(self) -> None:
        self.directory = AwxDirectory(self.config)
        self.templates: dict[int, Template] = {}
        self.adopt(Template(id=7, name=self.config.template, allow_simultaneous=self.config.allow_simultaneous))

    def adopt(self, template: Template) -> None:
        """Put a template in place that the service may use and that notifies."""
        self.templates[template.id] = template
        self.directory.adopt(template)

    def start(self) -> None:
        """Go on with the jobs that were alive when the process ended, oldest first."""
        for job in sorted(self.store.jobs.values(), key=lambda job: job.id):
            if job.active:
                self._begin(job)

    async def stop(self) -> None:
        await self._still()
        await self._notifier.close()
        await self._policy.close()
        self.store.close()

    async def reset(self) -> None:
        """Forget every job, label, fault, change of a template and row that was added."""
        await self._still()
        self.store.clear()
        self.launch_posts = 0
        self.requests.clear()
        self._begin_anew()
        self.misbehave(Faults())

    async def _still(self) -> None:
        tasks = [*self._lives.values(), *self._background]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for kept in (self._lives, self._turns, self._woken):
            kept.clear()

    def misbehave(self, faults: Faults) -> None:
        """Put other faults in force."""
        self.faults = faults
        if faults.no_capacity:
            self._capacity.clear()
        else:
            self._capacity.set()

    # Making jobs

    def make_job(self, template: Template, by: User, launch_type: str = "manual", **fields: Any) -> SimulatedJob:
        """Commit a new pending job; from here on it lives whatever the caller hears."""
        job = SimulatedJob(
            id=self.store.next_id("job"),
            template=template.id,
            name=template.name,
            created=now(),
            by=by,
            launch_type=launch_type,
            life=self.faults.life.pop(0) if self.faults.life else LifeFault.NONE,
            notify=self.faults.notify.pop(0) if self.faults.notify else NotifyFault.NONE,
            **fields,
        )
        self.store.save(job)
        self._begin(job)
        return job

    def make_label(self, name: str, organization: int) -> Label:
        label = Label(id=self.store.next_id("label"), name=name, organization=organization)
        self.store.save(label)
        return label

    def relaunch(self, job: SimulatedJob, by: User = PERSON) -> SimulatedJob:
        """A person's relaunch: the same prompts, labels and variables included."""
        copied = {"labels": list(job.labels), "extra_vars": dict(job.extra_vars), "skip_tags": job.skip_tags}
        return self.make_job(self.templates[job.template], by, "relaunch", **copied)

    def cancel(self, job: SimulatedJob) -> None:
        """Ask for cancellation: at once, and without a word to anybody, while pending; else when the process ends."""
        job.cancel_asked = True
        if job.status in ("new", "pending"):
            self._lives[job.id].cancel()
            job.canceled_on, job.events_finished = now(), True
            self._set(job, "canceled", finished=now())
        else:
            self.store.save(job)
            self._wake(job).set()

    def finish(self, job: SimulatedJob) -> None:
        """Let a stuck job go on."""
        job.life = LifeFault.NONE
        self._wake(job).set()

    def later(self, seconds: float, template: Template, by: User, **fields: Any) -> None:
        """Commit a job only after `seconds`, when whoever asked has long given up."""

        async def commit() -> None:
            await asyncio.sleep(seconds)
            self.make_job(template, by, **fields)

        task = asyncio.create_task(commit())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def ended(self, job: SimulatedJob) -> None:
        """Wait for the end of a job's life and for its notifications."""
        await asyncio.wait([self._lives[job.id]])
        await self._notifier.settled()

    def deployed(self, name: str) -> str | None:
        """The version by that name that the newest successful job deployed; None where none did."""
        jobs = (job for job in self.store.jobs.values() if job.extra_vars.get("target_name") == name)
        done = [job for job in jobs if job.status == "successful"]
        return str(max(done, key=lambda job: job.id).extra_vars.get("target_version")) if done else None

    # A job's life

    def _begin(self, job: SimulatedJob) -> None:
        self._lives[job.id] = life = asyncio.create_task(self._live(job))
        life.add_done_callback(_tell_fault)

    def _wake(self, job: SimulatedJob) -> asyncio.Event:
        return self._woken.setdefault(job.id, asyncio.Event())

    def _set(
        self, job: SimulatedJob, status: str, started: datetime | None = None, finished: datetime | None = None
    ) -> None:
        job.status = status
        job.started = started or job.started
        job.finished = finished or job.finished
        if job.id in self.store.jobs:
            self.store.save(job)

    async def _pause(self, job: SimulatedJob, seconds: float) -> None:
        """Let time pass, less of it when somebody wakes the job."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake(job).wait()
        except TimeoutError:
            return
        self._wake(job).clear()

    async def _live(self, job: SimulatedJob) -> None:
        explain = asyncio.get_running_loop().call_later(self.config.pace.explanation, self._explain, job)
        try:
            turn = self._turns.setdefault(job.template, asyncio.Lock())
            if self.templates[job.template].allow_simultaneous or job.life is LifeFault.STUCK_PENDING:
                turn = asyncio.Lock()
            async with turn:
                await self._start(job)
                if job.active:
                    await self._run(job)
        finally:
            explain.cancel()

    def _explain(self, job: SimulatedJob) -> None:
        if job.status != "pending":
            return
        before = [row.id for row in self.store.jobs.values() if row.status in ("waiting", "running")]
        job.job_explanation = f"waiting for job-{before[0]} to finish" if before else NO_CAPACITY
        self.store.save(job)

    async def _start(self, job: SimulatedJob) -> None:
        """pending → waiting, or the end of a job that never starts."""
        if job.status == "pending":
            await asyncio.sleep(self.config.pace.pending)
        if job.life is LifeFault.STUCK_PENDING:
            await self._pause(job, FOR_EVER)
        await self._capacity.wait()
        if job.life is LifeFault.DEPENDENCY_FAILED:
            return self._end(job, "failed", DEPENDENCY)
        job.job_explanation = ""
        if job.status == "pending":
            self._set(job, "waiting")
        await self._pause(job, self.config.pace.waiting)
        return None

    async def _run(self, job: SimulatedJob) -> None:
        pace = self.config.pace
        if self._give_in(job) or await self._refused(job):
            return
        if await self._ungranted(job):
            return
        self._enter_running(job)
        if job.life is LifeFault.REQUEUED:
            await self._pause(job, pace.running / 2)
            self._set(job, "pending")
            await asyncio.sleep(pace.pending)
            self._enter_running(job)
        await self._pause(job, FOR_EVER if job.life is LifeFault.STUCK_RUNNING else pace.running)
        if not self._give_in(job):
            await self._outcome(job)

    async def _refused(self, job: SimulatedJob) -> bool:
        """Ask whether the job may run; end one that may not, whose playbook never begins."""
        refused = await self._policy.objection(job, self.templates[job.template])
        if refused is not None:
            self._set(job, "running", started=now())
            job.result_traceback = refused
            self._end(job, "error", refused)
        return refused is not None

    async def _ungranted(self, job: SimulatedJob) -> bool:
        """End a job whose playbook fails at its first task, for its grant is not good."""
        refused = await self.playbook.refusal(job, self.templates[job.template])
        if refused is not None:
            self._set(job, "running", started=now())
            job.stdout = refused
            self._announce(job)
            self._end(job, "failed")
        return refused is not None

    def _give_in(self, job: SimulatedJob) -> bool:
        """End a job whose cancellation was asked for, unless its success overtakes the request."""
        wanted = job.cancel_asked and job.life is not LifeFault.CANCEL_LOST
        if wanted:
            job.canceled_on = now()
            self._end(job, "canceled")
        return wanted

    def _enter_running(self, job: SimulatedJob) -> None:
        job.ever_ran = True
        self._set(job, "running", started=now())
        self._announce(job)

    async def _outcome(self, job: SimulatedJob) -> None:
        """Write how the run ended, truthfully or as AWX is known to misreport it."""
        job.stdout = OUTPUT.format(name=job.extra_vars.get("target_name"), version=job.extra_vars.get("target_version"))
        match job.life:
            case LifeFault.FAILED | LifeFault.FAILED_EVENTS_STUCK:
                job.stdout += FAILED_OUTPUT
                return self._end(job, "failed")
            case LifeFault.LARGE_OUTPUT:
                job.stdout += "ok: [gateway-0001]\r\n" * 60_000 + FAILED_OUTPUT
                return self._end(job, "failed")
            case LifeFault.TIMEOUT:
                return self._end(job, "failed", "Job terminated due to timeout")
            case LifeFault.ERROR_AFTER_SUCCESS:
                job.result_traceback = "Traceback (most recent call last): worker stream ended unexpectedly"
                return self._end(job, "error")
            case LifeFault.REAPED:
                return self._end(job, "failed", REAPED)
            case LifeFault.REAPED_THEN_SUCCESSFUL:
                self._end(job, "failed", REAPED)
                await asyncio.sleep(self.config.pace.reaped)
        job.stdout += "ok: [gateway-0001]\r\n"
        job.artifacts = {"deployment_id": f"deploy-{secrets.token_hex(3)}"}
        return self._end(job, "successful")

    def _end(self, job: SimulatedJob, status: str, explanation: str = "") -> None:
        job.job_explanation = explanation
        job.events_finished = job.life not in (LifeFault.EVENTS_STUCK, LifeFault.FAILED_EVENTS_STUCK)
        self._set(job, status, finished=now())
        self._announce(job)
        if job.life is LifeFault.VANISHED:
            self.store.delete_job(job.id)

    def _announce(self, job: SimulatedJob) -> None:
        if not self.templates[job.template].notifies:
            return
        attached = self.directory.lists["job_templates", job.template, f"notification_templates_{KIND_OF[job.status]}"]
        rows = self.directory.rows["notification_templates"]
        self._notifier.announce(job, [rows[number]["notification_configuration"] for number in attached])
