"""The council's directorates, services and teams, and how many people do what in each.

    Directorate
      Service
        Team (was: unit before the reorganisation): title number letter; title number letter

The letter says what kind of work it is: see `council.KINDS`.
"""

TREE = """
Community Solutions
  Customer Contact
    Contact Centre: Customer Service Adviser 34 F; Senior Customer Service Adviser 6 F
    Hubs and Reception: Receptionist 14 F; Customer Service Adviser 10 F
    Digital Support: Customer Service Adviser 8 F; Business Support Officer 12 B
  Housing Options
    Homelessness Prevention: Housing Options Officer 24 F
    Temporary Accommodation: Housing Officer 18 F
    Allocations: Housing Officer 10 F; Business Support Officer 12 B
  Revenues and Benefits
    Benefits: Benefits Officer 30 F; Business Support Officer 10 B
    Council Tax: Council Tax Officer 24 F; Business Support Officer 10 B
    Welfare Advice: Welfare Adviser 14 F
  Early Help
    Family Support North: Family Support Worker 20 S
    Family Support South: Family Support Worker 20 S
    Youth Service: Youth Worker 20 F
    Children's Centres: Early Years Practitioner 20 S
  Work and Skills
    Job Shop: Employment Adviser 18 F
    Adult College: Adult Learning Tutor 18 F; Business Support Officer 8 B
  Intake and Access
    MASH (was: People and Care > Children's Care and Support > MASH): MASH Social Worker 16 S; MASH Officer 8 S; Safeguarding Lead 2 L
    Adults Intake (was: People and Care > Adults' Care and Support > Adults Intake): Intake Officer 14 S; Social Worker 6 S; Safeguarding Lead 1 L
People and Care
  Children's Care and Support
    Assessment and Intervention: Social Worker 24 S; Senior Social Worker 6 S; Safeguarding Lead 2 L
    Care Management East: Social Worker 18 S; Safeguarding Lead 1 L
    Care Management West: Social Worker 18 S; Safeguarding Lead 1 L
    Looked After Children: Social Worker 16 S
    Leaving Care: Personal Adviser 14 S
    Fostering and Adoption: Social Worker 14 S; Business Support Officer 8 B
    Youth Justice: Youth Justice Officer 16 S; Safeguarding Lead 1 L
  Adults' Care and Support
    Locality North: Social Worker 14 S; Care Assessor 8 S; Occupational Therapist 6 S; Safeguarding Lead 1 L
    Locality South: Social Worker 14 S; Care Assessor 8 S; Occupational Therapist 6 S; Safeguarding Lead 1 L
    Mental Health: Social Worker 14 S; Support Worker 10 S; Safeguarding Lead 1 L
    Learning Disability: Support Worker 24 S
    Hospital Discharge: Social Worker 10 S
    Home Support: Home Care Worker 26 C
  Education and Inclusion
    Special Educational Needs: SEN Officer 20 F
    Admissions: Admissions Officer 10 F
    Attendance and Home Education: Attendance Officer 12 F; Safeguarding Lead 1 L
    Early Years: Early Years Practitioner 12 S
  Public Health
    Health Improvement: Health Improvement Officer 16 F
    Business Support: Business Support Officer 60 B; Business Analyst 8 B
My Place
  Landlord Services
    Estates North: Housing Officer 20 F; Estate Caretaker 18 C
    Estates South: Housing Officer 20 F; Estate Caretaker 18 C
    Tenancy Support: Tenancy Support Officer 18 F
    Leasehold Services: Leasehold Officer 12 F
    Anti-social Behaviour: Anti-social Behaviour Officer 12 F
  Repairs and Maintenance
    Repairs East: Repairs Operative 26 C
    Repairs West: Repairs Operative 26 C
    Repairs Planning: Repairs Scheduler 14 F
  Property and Facilities
    Facilities: Facilities Assistant 24 H
    Corporate Security: Security Officer 28 H
    Asset Management: Building Surveyor 24 B; Business Support Officer 16 B
  Capital Delivery
    Major Works: Project Officer 30 B
Public Realm
  Waste and Recycling
    Collection Crews East: Waste Loader 28 C; Waste Driver 12 C
    Collection Crews West: Waste Loader 28 C; Waste Driver 12 C
    Waste Education: Recycling Officer 8 F
  Street Cleansing
    Cleansing North: Street Cleansing Operative 28 C; Cleansing Supervisor 4 T
    Cleansing South: Street Cleansing Operative 28 C; Cleansing Supervisor 4 T
  Parks and Grounds
    Parks: Parks Ranger 12 T; Gardener 22 C
    Cemeteries: Cemetery Assistant 8 C
  Fleet and Passenger Transport
    Depot: Depot Supervisor 8 H; Vehicle Technician 20 B
    Passenger Transport: Passenger Driver 20 C; Passenger Assistant 20 C
Enforcement and Community Safety
  Community Safety
    Prevent Team: Prevent Coordinator 1 P; Schools Prevent Officer 1 P; Prevent Officer 2 P
    CCTV Control Room: CCTV Operator 22 H
    Civil Protection: Civil Protection Officer 6 H; Event Safety Officer 4 H
    Domestic Abuse: Domestic Abuse Adviser 12 S; Safeguarding Lead 1 L
  Regulatory Services
    Licensing: Licensing Officer 10 T
    Trading Standards: Trading Standards Officer 8 F
    Environmental Health: Environmental Health Officer 18 F
    Markets: Market Officer 8 T
  Parking
    Parking Enforcement: Parking Enforcement Officer 28 H
    Parking Permits: Parking Permits Officer 12 F
  Street Enforcement
    Enforcement North: Street Enforcement Officer 12 T; Community Warden 9 T
    Enforcement South: Street Enforcement Officer 12 T; Community Warden 9 T
Culture and Leisure
  Libraries
    Central Library: Library Manager 1 V; Library Assistant 16 F
    Branch Libraries: Library Manager 5 V; Library Assistant 22 F
  Registration and Heritage
    Registrars: Registration Officer 12 F
    Museum and Archive: Heritage Officer 8 F
  Leisure and Events
    Riverside Leisure Centre: Centre Manager 1 V; Leisure Assistant 22 F; Lifeguard 12 F
    Marsh Lane Leisure Centre: Centre Manager 1 V; Leisure Assistant 18 F; Lifeguard 10 F
    Community Halls: Hall Manager 5 V; Hall Assistant 8 F
    Events: Events Officer 10 F
Resources
  Finance
    Accountancy: Accountant 30 B; Finance Officer 28 B
    Payments: Finance Officer 26 B
    Internal Audit: Internal Auditor 9 B
    Insurance and Risk: Risk Officer 8 B
  People and Organisational Development
    HR Advice: HR Adviser 26 B
    Learning and Development: Learning and Development Manager 1 B; Learning and Development Officer 8 B
    Payroll: Payroll Officer 18 B
  Information Technology
    Service Desk: IT Support Analyst 24 B
    Infrastructure: Systems Engineer 26 B
    Digital: Software Developer 24 B; Product Manager 6 B
  Law and Governance
    Legal: Solicitor 32 B; Legal Assistant 18 B
    Democratic Services: Democratic Services Officer 16 B
    Elections: Elections Officer 10 B
    Information Governance: Information Governance Officer 10 B
  Commissioning and Procurement
    Procurement: Procurement Officer 20 B
    Adults Commissioning: Commissioning Officer 22 B
    Children's Commissioning: Commissioning Officer 18 B
    Contract Management: Contract Officer 16 B
  Strategy and Performance
    Policy: Policy Officer 18 B
    Performance: Performance Analyst 20 B
    Communications: Communications Officer 20 B
    Business Support Hub: Business Support Officer 150 B
    Programme Office: Project Manager 24 B
Inclusive Growth
  Planning
    Development Management: Planning Officer 32 B
    Building Control: Building Control Surveyor 18 B
    Planning Policy: Planning Policy Officer 16 B
  Regeneration
    Regeneration: Regeneration Officer 26 B
    Housing Delivery: Development Officer 20 B
    Economic Development: Economic Development Officer 16 B
  Transport and Highways
    Highways: Highways Engineer 28 B; Highways Inspector 18 B
    Transport Planning: Transport Planner 14 B
    Growth Support: Business Support Officer 44 B
"""  # noqa: E501 -- a line of the tree below is one unit
