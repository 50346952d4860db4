from insights.study import Study as Study
