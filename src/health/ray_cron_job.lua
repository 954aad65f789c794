-- A RayCronJob is healthy as long as it is scheduled; its runs are RayJobs of their own.
local status = obj.status or {}
if status.scheduleStatus == "validationFailed" then
  return { status = "Degraded", message = "KubeRay refuses the schedule or the job template, see the events" }
end
if obj.spec ~= nil and obj.spec.suspend then
  return { status = "Suspended", message = "no new runs are scheduled" }
end
if status.lastScheduleTime ~= nil then
  return { status = "Healthy", message = "last run at " .. status.lastScheduleTime }
end
return { status = "Healthy", message = "waits for its first run" }
